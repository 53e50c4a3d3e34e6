// Writes the reports of the public doors anew; what has changed in them shows in review.
import { join } from 'node:path';
import { throwawayFolder } from '../commands.ts';
import { apiReports } from './api-reports.ts';

const root = join(import.meta.dirname, '../..');
for (const { file, current } of apiReports(root, throwawayFolder('api'), { write: true })) {
  console.log(`${current ? 'as it was' : 'written  '} ${file}`);
}
