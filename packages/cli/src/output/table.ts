import { type Line, type Part, printable, textOf } from './line.ts';

/** Rows in columns, two spaces apart. */
export function table(rows: readonly (readonly Part[])[], indent = 0): readonly Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
    }
  }
  return rows.map((row) => [
    ' '.repeat(indent),
    ...row.flatMap((cell, index) => {
      const isLast = index === row.length - 1;
      const gap = isLast ? 0 : (widths[index] ?? 0) - widthOf(cell) + 2;
      return [cell, ' '.repeat(gap)];
    }),
  ]);
}

function widthOf(cell: Part): number {
  return Array.from(printable(textOf(cell))).length;
}
