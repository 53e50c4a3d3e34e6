/** One row of a table: what was tried, and the result. */
export interface Row {
  readonly cells: readonly string[];
  /** Undefined where the check passed; else the details of the failure. */
  readonly failure?: string | undefined;
}

/** Prints the table, then the failures in full, then the count. */
export function printRows(head: readonly string[], rows: readonly Row[]): void {
  const lines = [head, ...rows.map(({ cells }) => cells)];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  const show = (line: readonly string[]): string =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  console.log(`          ${show(head)}`);
  for (const { cells, failure } of rows) {
    console.log(`${failure === undefined ? '  ok      ' : '  FAILED  '}${show(cells)}`.trimEnd());
  }
  for (const { cells, failure } of rows) {
    if (failure !== undefined) console.log(`\n${cells.join(', ')}:\n${failure}`);
  }
}

export function count(rows: readonly Row[]): { readonly passed: number; readonly failed: number } {
  const failed = rows.filter(({ failure }) => failure !== undefined).length;
  return { passed: rows.length - failed, failed };
}

/** Ends a program: its last line is the count, and it fails where a row failed, or where there is no row. */
export function finish(rows: readonly Row[]): void {
  const { passed, failed } = count(rows);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
