// Checks what is published before it is published. The last line is `N passed, N failed`.
import { join } from 'node:path';
import { run, throwawayFolder } from '../commands.ts';
import { finish, printRows, type Row } from '../report.ts';
import { apiReports } from './api-reports.ts';
import { pack } from './pack.ts';
import { tarballRows } from './tarball-rows.ts';

const root = join(import.meta.dirname, '../..');
const folder = throwawayFolder('packages');

const rows: Row[] = [
  ...(await tarballRows(root, await pack(root, folder))),
  await knipRow(),
  ...(await apiRows()),
];
printRows(['package', 'check'], rows);
finish(rows);

/** Unused files, exports and dependencies, and dependencies that package.json does not list. */
async function knipRow(): Promise<Row> {
  const knip = join(root, 'node_modules', '.bin', 'knip');
  const { status, output } = await run(knip, ['--no-progress', '--no-config-hints'], { cwd: root });
  return { cells: ['all', 'knip'], failure: status === 0 ? undefined : output };
}

/** The declarations of each public entry point, compared with the committed ones. */
async function apiRows(): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const { file, current, fresh } of apiReports(root, folder, { write: false })) {
    const args = ['diff', '--no-index', '--no-color', '--unified=1', join(root, file), fresh];
    const changes = current ? '' : (await run('git', args, { cwd: root })).output;
    found.push({
      cells: [file.replace(/^packages.([\w-]+).*$/, '$1'), file],
      failure: current ? undefined : `${changes}\nIf this is intended: npx --yes pnpm@12 run api`,
    });
  }
  return found;
}
