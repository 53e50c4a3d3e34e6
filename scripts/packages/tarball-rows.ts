import { basename, join } from 'node:path';
import { type Ended, inLanes, mustRun, run } from '../commands.ts';
import type { Row } from '../report.ts';

/** The findings of publint, attw and our own checks for each tarball. */
export async function tarballRows(root: string, tarballs: readonly string[]): Promise<Row[]> {
  const rows = await inLanes(tarballs, 2, async (file) => {
    const name = basename(file, '.tgz').replace(/^grpc-authn-(.*)-[^-]+$/, '$1');
    const others = await entryPointsWithoutCode(file);
    const excluded = others.length > 0 ? ['--exclude-entrypoints', ...others] : [];
    return [
      toRow(name, 'publint --strict', await tool(root, 'publint', file, '--strict')),
      // CommonJS requires ES modules, which attw has no profile for; the consumers test it.
      toRow(name, 'attw', await tool(root, 'attw', file, '--profile', 'esm-only', ...excluded)),
      contentsRow(name, await entriesOf(file), await manifestOf(file)),
    ];
  });
  return rows.flat();
}

function tool(root: string, name: string, ...args: readonly string[]): Promise<Ended> {
  return run(join(root, 'node_modules', '.bin', name), args, { cwd: root });
}

function toRow(name: string, check: string, { status, output }: Ended): Row {
  return { cells: [name, check], failure: status === 0 ? undefined : output };
}

async function entriesOf(file: string): Promise<readonly string[]> {
  const list = await mustRun('tar', ['-tzf', file], { cwd: '/' });
  return list.trim().split('\n');
}

/** Schemas and protos have no types. */
async function entryPointsWithoutCode(file: string): Promise<readonly string[]> {
  const { exports } = JSON.parse(await manifestOf(file)) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  return Object.keys(exports).filter((entryPoint) => /\.(?!js$|json$)\w+$/.test(entryPoint));
}

function manifestOf(file: string): Promise<string> {
  return mustRun('tar', ['-xzOf', file, 'package/package.json'], { cwd: '/' });
}

const REQUIRED = ['package/LICENSE', 'package/dist/index.js', 'package/dist/index.d.ts'];
const ALLOWED =
  /^package\/(dist\/.*\.(js|d\.ts)(\.map)?|src\/.*\.ts|proto\/.*\.proto|recipes\/.*\.yaml|schema\.json|package\.json|LICENSE|README\.md|CHANGELOG\.md)$/;

/** A module of its own in dist is from an older build: each entry point is one file, and shared ones. */
const MODULE = /^package\/(dist\/(?!shared\/).*\.js)$/;

function contentsRow(name: string, entries: readonly string[], manifest: string): Row {
  const missing = REQUIRED.filter((entry) => !entries.includes(entry));
  const strange = entries.filter((entry) => !ALLOWED.test(entry));
  const stale = entries.filter((entry) => {
    const path = MODULE.exec(entry)?.[1];
    return path !== undefined && !manifest.includes(`"./${path}"`);
  });
  const failure = [
    ...missing.map((entry) => `${entry} is not in it`),
    ...[...strange, ...stale].map((entry) => `${entry} should not be in it`),
  ].join('\n');
  const cells = [name, `${entries.length} files`];
  return { cells, failure: failure === '' ? undefined : failure };
}
