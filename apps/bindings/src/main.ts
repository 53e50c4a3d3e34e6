// Runs every case on every framework and prints the table: `[FRAMEWORK...] [--case PART] [--out FILE]`. The last
// line is `N passed, N failed`. `--out` also writes the table as a document, for a complete run only.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toDocument } from './document.ts';
import { CASES, type Cell, columnOf, runCase, runForgotten } from './run.ts';
import { SUBJECTS } from './subjects/index.ts';
import { printTable } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { case: { type: 'string', default: '' }, out: { type: 'string' } },
});
const unknown = positionals.find((name) => !SUBJECTS.some((subject) => subject.name === name));
if (unknown !== undefined) {
  const names = SUBJECTS.map(({ name }) => name).join(', ');
  throw new Error(`expected a framework of ${names}, received ${unknown}`);
}
const [major = 0] = process.versions.node.split('.').map(Number);
const cells: Cell[] = [];
const columns: string[] = [];
const notes: string[] = [];
for (const { name, since, load } of SUBJECTS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  if (major < since) {
    notes.push(`${name} needs Node.js ${since}, and is not tried on ${process.version}`);
    continue;
  }
  const subject = await load();
  for (const protocol of subject.protocols) {
    columns.push(columnOf(subject, protocol));
    const selected = CASES.filter((one) => one.name.includes(values.case));
    for (const one of selected) cells.push(await runCase(subject, protocol, one));
    for (const what of Object.keys(subject.forgotten)) {
      if (!`forgotten: ${what}`.includes(values.case)) continue;
      cells.push(await runForgotten(subject, protocol, what));
    }
  }
  for (const [row, what] of Object.entries(subject.differences)) {
    if (!CASES.some((one) => one.name === row)) throw new Error(`${name}: no case "${row}"`);
    notes.push(`${name} differs, ${row}: ${what}`);
  }
}
if (values.out !== undefined) {
  if (positionals.length > 0 || values.case !== '' || SUBJECTS.some(({ since }) => major < since)) {
    throw new Error('--out: expected all frameworks and cases, received a part of them');
  }
  writeFileSync(values.out, toDocument(columns, cells, notes));
}
const failed = printTable(columns, cells, notes);
const passed = cells.filter(({ shown }) => shown === 'ok' || shown === 'differs').length;
console.log(`${passed} passed, ${failed} failed`);
// A client may still close its connection.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
