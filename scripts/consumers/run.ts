// Installs the packed packages into fresh projects and tries them. The last line is `N passed, N failed`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inLanes, mustRun, throwawayFolder } from '../commands.ts';
import { pack } from '../packages/pack.ts';
import { openLocalRegistry } from '../release/local-registry.ts';
import { finish, printRows } from '../report.ts';
import { consumers } from './consumers.ts';

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
const quick = process.argv.includes('--quick');
const rows = await consumers({ registry, folder: join(folder, 'projects'), version, quick });
await registry.close();
printRows(['project', 'check', 'with'], rows);
finish(rows);
