import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, pnpm } from '../commands.ts';
import type { LocalRegistry } from '../release/local-registry.ts';
import type { Project } from './projects.ts';

export interface Installed {
  readonly folder: string;
  /** Names and versions. */
  readonly packages: ReadonlyMap<string, string>;
  readonly bytes: number;
}

/** Creates a folder with a package.json, and installs what the project needs with a current installer. */
export async function install(
  project: Project,
  registry: LocalRegistry,
  folder: string,
): Promise<Installed> {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'consumer', private: true, type: 'module' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, '.npmrc'), `${registry.npmrc}audit=false\nfund=false\n`);
  const packages = [
    ...project.ours.map((name) => `@grpc-authn/${name}`),
    ...(project.others ?? []),
  ];
  if (project.installer === 'pnpm') {
    // pnpm installs a release only when it is a day old; ours is a minute old.
    const settings =
      "minimumReleaseAgeExclude: ['@grpc-authn/*']\nallowBuilds: { protobufjs: false }\n";
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), settings);
    await mustRun(...pnpm('add', ...packages), { cwd: folder });
  } else {
    await mustRun('npm', ['install', ...packages], { cwd: folder });
  }
  const modules = join(folder, 'node_modules');
  return { folder, packages: packagesOf(modules), bytes: bytesOf(modules) };
}

function packagesOf(modules: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    const name = /(?:^|node_modules\/)((?:@[^/.]+\/)?[^/.@][^/]*)\/package\.json$/.exec(entry)?.[1];
    if (name === undefined) continue;
    const { version } = JSON.parse(readFileSync(join(modules, entry), 'utf8')) as {
      readonly version: string;
    };
    found.set(name, version);
  }
  return found;
}

/** Counts each file once, although pnpm links it several times. */
function bytesOf(folder: string): number {
  const sizes = new Map<number, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = statSync(join(entry.parentPath, entry.name));
    sizes.set(ino, size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
