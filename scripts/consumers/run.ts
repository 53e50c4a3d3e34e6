// Installs the packed packages into fresh projects and tries them: `[--quick] [PROJECT...]`. The last line
// is `N passed, N failed`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inLanes, mustRun, throwawayFolder } from '../commands.ts';
import { pack } from '../packages/pack.ts';
import { openLocalRegistry } from '../release/local-registry.ts';
import { finish, printRows } from '../report.ts';
import { consumers } from './consumers.ts';
import { PROJECTS } from './projects.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const known = PROJECTS.map(({ name }) => name);
for (const name of positionals) {
  if (known.includes(name)) continue;
  throw new Error(`expected a project of ${known.join('; ')}, received "${name}"`);
}

const root = join(import.meta.dirname, '../..');
const folder = throwawayFolder('consumers');
const registry = await openLocalRegistry(folder);
writeFileSync(join(folder, '.npmrc'), registry.npmrc);
await inLanes(await pack(root, join(folder, 'packed')), 3, (file) =>
  mustRun('npm', ['publish', file, '--access', 'public'], { cwd: folder }),
);
const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as {
  readonly version: string;
};
const rows = await consumers({
  registry,
  folder: join(folder, 'projects'),
  version,
  quick: values.quick,
  only: positionals,
});
await registry.close();
printRows(['project', 'check', 'with'], rows);
finish(rows);
