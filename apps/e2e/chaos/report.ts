import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Counts } from './callers.ts';

export type PhaseRow = readonly [phase: string, counts: Counts];

const DOCUMENT = fileURLToPath(new URL('../../../../docs/generated/chaos.md', import.meta.url));

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

/** Replaces the committed results. */
export function writeDocument(table: string, summary: string): void {
  const date = new Date().toISOString().slice(0, 10);
  const about = `Written by \`npx --yes pnpm@12 chaos\` on ${date}. [What is measured](../chaos.md).`;
  writeFileSync(DOCUMENT, `# Chaos results\n\n${about}\n\n${table}\n\n${summary}\n`);
}
