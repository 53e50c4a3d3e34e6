import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../commands.ts';
import type { LocalRegistry } from '../release/local-registry.ts';
import type { Row } from '../report.ts';
import { type Installed, install } from './installation.ts';
import type { Project } from './projects.ts';
import { type Compilation, compilationsFor, runtimesFor } from './tools.ts';

export interface TrialContext {
  readonly registry: LocalRegistry;
  /** The folder in which projects are created. */
  readonly folder: string;
  /** The environment of the programs. */
  readonly env: Readonly<Record<string, string>>;
  /** The version of our packages that must be installed. */
  readonly version: string;
  /** Only the oldest and the newest runtime and compiler. */
  readonly quick: boolean;
  readonly onInstalled?: (folder: string, names: readonly string[]) => void;
}

const SOURCES = join(import.meta.dirname, 'projects');

/** Installs a project, compiles and runs it, and returns a row for each step. */
export async function tryProject(project: Project, around: TrialContext): Promise<readonly Row[]> {
  const folder = join(around.folder, project.name.replaceAll(/\W+/g, '-'));
  let installed: Installed;
  try {
    installed = await install(project, around.registry, folder);
  } catch (error) {
    return [{ cells: [project.name, 'installed', ''], failure: String(error) }];
  }
  const ours = [...installed.packages].filter(([name]) => name.startsWith('@grpc-authn/'));
  around.onInstalled?.(
    folder,
    ours.map(([name, version]) => `${name.slice('@grpc-authn/'.length)} ${version}`),
  );
  const rows = [installedRow(project, installed, around.version)];
  const compilers = around.quick && project.compilers === 'all' ? 'ends' : project.compilers;
  for (const compilation of compilationsFor(compilers)) {
    rows.push(await compiled(project, folder, compilation));
  }
  for (const [program = '', ...args] of project.programs) {
    cpSync(join(SOURCES, program), join(folder, program));
    for (const { name, path } of runtimesFor(project.minNode ?? 20, around.quick)) {
      const { status, output } = await run(path, [program, ...args], {
        cwd: folder,
        env: around.env,
      });
      rows.push({
        cells: [project.name, `runs ${program}`, name],
        failure: status === 0 ? undefined : output,
      });
    }
  }
  return rows;
}

function installedRow(project: Project, { packages, bytes }: Installed, version: string): Row {
  const unasked = [...packages.keys()].filter((name) => project.only?.includes(name) === false);
  const others = [...packages].filter(
    ([name, installed]) => name.startsWith('@grpc-authn/') && installed !== version,
  );
  const failure = [
    ...unasked.map((name) => `${name} was installed, and is not expected`),
    ...others.map(([name, installed]) => `${name} is ${installed}, not ${version}`),
  ].join('\n');
  const size = `${packages.size} packages, ${(bytes / 1_000_000).toFixed(1)} MB`;
  return {
    cells: [project.name, 'installed', size],
    failure: failure === '' ? undefined : failure,
  };
}

async function compiled(
  project: Project,
  folder: string,
  { name, tsc, compilerOptions, ending }: Compilation,
): Promise<Row> {
  const file = `entry-points.${ending}`;
  if (project.entryPoints.length === 0) {
    cpSync(join(SOURCES, 'types', 'entry-points.ts'), join(folder, file));
  } else {
    const lines = project.entryPoints.map(
      (entryPoint) => `export * from '@grpc-authn/${entryPoint}';\n`,
    );
    // Two entry points may export the same name.
    const named = lines.map((line, index) => line.replace('*', `* as entry${index}`));
    writeFileSync(join(folder, file), named.join(''));
  }
  const config = `tsconfig.${ending}.json`;
  const options = {
    target: 'es2022',
    lib: ['es2022', ...(project.lib ?? [])],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
    // The types of the oldest supported Node.js, where the project has none of its own.
    ...(project.only === undefined ? {} : { typeRoots: [TYPES] }),
    ...compilerOptions,
  };
  writeFileSync(join(folder, config), JSON.stringify({ compilerOptions: options, files: [file] }));
  const { status, output } = await run(process.execPath, [tsc, '-p', config], { cwd: folder });
  return {
    cells: [project.name, 'compiles', name],
    failure: status === 0 ? undefined : output,
  };
}

const TYPES = join(import.meta.dirname, '../../node_modules/@types');
