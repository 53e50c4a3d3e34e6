// Runs a whole release against a registry on loopback, in a temporary folder. Nothing leaves this machine,
// and the
// working tree does not change; no build is left in it.
// The last line is `N passed, N failed`.
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, pnpm, run, throwawayFolder } from '../commands.ts';
import { consumers } from '../consumers/consumers.ts';
import { finish, printRows, type Row } from '../report.ts';
import { openLocalRegistry } from './local-registry.ts';
import { copyWorkingTree, treeState } from './working-copy.ts';

const root = join(import.meta.dirname, '../..');
const before = await treeState(root);
const folder = throwawayFolder('rehearsal');
const copy = join(folder, 'workspace');
const packed = join(folder, 'packed');
const inCopy = { cwd: copy };

say(`copying the working tree to ${copy}`);
await copyWorkingTree(root, copy);
say('installing the workspace from the lockfile');
await mustRun(...pnpm('install', '--frozen-lockfile', '--prefer-offline'), inCopy);

const pending = readdirSync(join(copy, '.changeset')).filter((name) => name.endsWith('.md'));
say(pending.length > 0 ? `versions: ${pending.join(', ')}` : 'versions: no changeset is pending');
const old = versions();
if (pending.length > 0) await mustRun(...pnpm('exec', 'changeset', 'version'), inCopy);
const now = versions();
for (const [name, version] of now) console.log(`      ${name} ${old.get(name)} -> ${version}`);
const lockfile = await run(...pnpm('install', '--frozen-lockfile', '--offline'), inCopy);

say('building');
await mustRun(...pnpm('run', 'build'), inCopy);

const registry = await openLocalRegistry(folder);
say(`packing, for the registry at ${registry.url}`);
appendFileSync(join(copy, '.npmrc'), registry.npmrc);
await mustRun(...pnpm('exec', 'changeset', 'pack', '--out-dir', packed), inCopy);
appendFileSync(join(packed, '.npmrc'), registry.npmrc);

const named = await mustRun(process.execPath, script('packed-version', packed), inCopy);
const version = named.trim().replace('version=', '');
say('the release notes');
const notes = await mustRun(process.execPath, script('notes'), inCopy);
console.log(indented(notes));

const publish = script('publish-tarballs', packed);
say('publishing');
const first = await mustRun(process.execPath, publish, inCopy);
console.log(indented(first));
say('publishing again, as after a partial failure');
const second = await mustRun(process.execPath, publish, inCopy);

say(`installing into fresh projects in ${join(folder, 'projects')}, and running them`);
const rows: Row[] = [
  row('one version for all', new Set(now.values()).size === 1, [...now.values()].join(', ')),
  row('the lockfile is up to date', lockfile.status === 0, lockfile.output),
  row('the format is that of the workspace', await formatted(), 'oxfmt --check fails'),
  row('a changelog each', pending.length === 0 || changelogs() === now.size, `${changelogs()}`),
  row('each published once', lines(first, 'published ') === now.size, first),
  row('nothing published twice', lines(second, 'already published') === now.size, second),
  ...(await consumers({
    registry,
    folder: join(folder, 'projects'),
    version,
    quick: true,
    onInstalled: (place, names) => console.log(`      ${place}: ${names.join(', ')}`),
  })),
];
await registry.close();
const after = await treeState(root);
rows.push(row('the working tree is unchanged', after === before, after));
printRows(['what', 'check', 'with'], rows);
finish(rows);

function say(words: string): void {
  console.log(words);
}

function script(name: string, ...args: readonly string[]): readonly string[] {
  return [join(copy, 'scripts', 'release', `${name}.ts`), ...args];
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, '      ');
}

function row(what: string, holds: boolean, otherwise: string): Row {
  return { cells: [what, '', ''], failure: holds ? undefined : otherwise };
}

function packages(): readonly string[] {
  return readdirSync(join(copy, 'packages')).map((name) => join(copy, 'packages', name));
}

function versions(): ReadonlyMap<string, string> {
  return new Map(
    packages().map((path) => {
      const text = readFileSync(join(path, 'package.json'), 'utf8');
      const manifest = JSON.parse(text) as { readonly name: string; readonly version: string };
      return [manifest.name, manifest.version];
    }),
  );
}

function changelogs(): number {
  return packages().filter((path) => existsSync(join(path, 'CHANGELOG.md'))).length;
}

async function formatted(): Promise<boolean> {
  return (await run(...pnpm('exec', 'oxfmt', '--check', '.'), inCopy)).status === 0;
}

function lines(output: string, beginning: string): number {
  return output.split('\n').filter((line) => line.startsWith(beginning)).length;
}
