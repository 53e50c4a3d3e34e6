import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What one part of a run found. */
export interface SectionResult {
  /** Markdown. */
  readonly text: string;
  readonly passed: boolean;
}

/** The parts of the document, in order. Each is written by a complete run of it. */
export const SECTIONS = { phases: 'Failing providers', attacks: 'Load attacks' } as const;
export type Section = keyof typeof SECTIONS;

const DOCUMENT = fileURLToPath(new URL('../../../../docs/generated/chaos.md', import.meta.url));
const HEAD =
  '# Chaos results\n\nWritten by `npx --yes pnpm@12 chaos`. [What is measured](../chaos.md).';

/** Replaces the committed results of one part. */
export function writeSection(section: Section, text: string): void {
  const committed = readFileSync(DOCUMENT, 'utf8');
  const date = new Date().toISOString().slice(0, 10);
  const parts = Object.entries(SECTIONS).map(([name, title]) => {
    const heading = `## ${title}`;
    if (name === section) return `${heading}\n\nOn ${date}.\n\n${text}`;
    const [, rest = ''] = committed.split(`${heading}\n`);
    return `${heading}\n\n${(rest.split('\n## ')[0] ?? '').trim() || 'Not run yet.'}`;
  });
  writeFileSync(DOCUMENT, `${[HEAD, ...parts].join('\n\n')}\n`);
}
