const WIDTHS = [26, 15, 18, 18, 20];

export interface Row {
  readonly name: string;
  readonly kind: string;
  readonly expected: string;
  readonly got: string;
  readonly reason: string | undefined;
}

export function printHeading(title: string): void {
  console.log(`\n${title}`);
  console.log(line(['case', 'call kind', 'expected', 'got', 'reason']));
  console.log(line(WIDTHS.map((width) => '-'.repeat(width - 1))));
}

/** Prints a row; returns whether it is as expected. */
export function printRow({ name, kind, expected, got, reason }: Row): boolean {
  const same = expected === got;
  console.log(`${line([name, kind, expected, got, reason ?? ''])} ${same ? 'ok' : 'DIFFERENT'}`);
  return same;
}

function line(cells: readonly string[]): string {
  return cells.map((cell, index) => `${cell} `.padEnd(WIDTHS[index] ?? 0)).join('');
}
