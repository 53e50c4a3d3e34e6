// Writes the reports of the public entry points; a change shows in review.
import { join } from 'node:path';
import { throwawayFolder } from '../commands.ts';
import { apiReports } from './api-reports.ts';

const root = join(import.meta.dirname, '../..');
for (const { file, current } of apiReports(root, throwawayFolder('api'), { write: true })) {
  console.log(`${current ? 'unchanged' : 'written  '} ${file}`);
}
