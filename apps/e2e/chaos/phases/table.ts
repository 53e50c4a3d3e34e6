import type { Counts } from './callers.ts';

export type PhaseRow = readonly [phase: string, counts: Counts];

export function newCounts(): Counts {
  return { calls: 0, right: 0, unavailable: 0, wrong: 0 };
}

export function totalOf(rows: readonly PhaseRow[]): Counts {
  const total = newCounts();
  for (const [, counts] of rows) {
    total.calls += counts.calls;
    total.right += counts.right;
    total.unavailable += counts.unavailable;
    total.wrong += counts.wrong;
  }
  return total;
}

/** The table of all phases, as Markdown. */
export function chaosTable(rows: readonly PhaseRow[]): string {
  const all: readonly PhaseRow[] = [...rows, ['total', totalOf(rows)]];
  return [
    '| phase | calls | right decisions | unavailable in an outage | wrong decisions |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...all.map(
      ([phase, { calls, right, unavailable, wrong }]) =>
        `| ${phase} | ${calls} | ${right} | ${unavailable} | ${wrong} |`,
    ),
  ].join('\n');
}
