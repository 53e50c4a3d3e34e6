import type { Cell } from './run.ts';

/** Prints the table, the notes, then the failures in full. Returns the number of failures. */
export function printTable(
  columns: readonly string[],
  cells: readonly Cell[],
  notes: readonly string[],
): number {
  const rows = [...new Set(cells.map(({ row }) => row))];
  const lines = [
    ['case', ...columns],
    ...rows.map((row) => [
      row,
      ...columns.map(
        (column) => cells.find((cell) => cell.row === row && cell.column === column)?.shown ?? '',
      ),
    ]),
  ];
  const widths = ['', ...columns].map((_, index) =>
    Math.max(...lines.map((line) => line[index]!.length)),
  );
  for (const line of lines) {
    console.log(`  ${line.map((cell, index) => cell.padEnd(widths[index]!)).join('  ')}`.trimEnd());
  }
  for (const note of notes) console.log(`  ${note}`);
  const failures = cells.filter(({ shown }) => shown === 'FAILED');
  for (const { column, row, failure } of failures) console.log(`\n${column}, ${row}:\n${failure}`);
  return failures.length;
}
