import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonFor } from './equivalents.ts';
import type { Mutant } from './mutants.ts';
import type { Session } from './session.ts';
import { ROOT, TARGET_NAMES, type TargetName } from './targets.ts';

const DOCUMENT = join(ROOT, 'docs', 'generated', 'mutation.md');

type Fate = 'killed' | 'survived' | 'not run';

interface Row {
  readonly mutant: Mutant;
  readonly fate: Fate;
  readonly why: string;
}

export interface Verdict {
  readonly unexplained: number;
  readonly notRun: number;
}

/** Writes a target's part of the document; the other target's part stays as it was. */
export function report(session: Session, command: string): Verdict {
  const rows = session.mutants.map((mutant) => rowOf(session, mutant));
  const parts = new Map(TARGET_NAMES.map((name) => [name, partOf(name)]));
  parts.set(session.name, partText(session, rows, command));
  writeFileSync(DOCUMENT, [INTRODUCTION, ...parts.values()].join('\n'));
  return {
    unexplained: rows.filter(({ fate, why }) => fate === 'survived' && why === '').length,
    notRun: rows.filter(({ fate }) => fate === 'not run').length,
  };
}

function rowOf({ journal }: Session, mutant: Mutant): Row {
  const killer = journal.of('killed').find(({ id }) => id === mutant.id);
  if (killer !== undefined)
    return { mutant, fate: 'killed', why: `${killer.test}, in ${killer.file}` };
  const fate = journal.decided.has(mutant.id) ? 'survived' : 'not run';
  return { mutant, fate, why: reasonFor(mutant) ?? '' };
}

function partText(session: Session, rows: readonly Row[], command: string): string {
  const of = (fate: Fate, among = rows): readonly Row[] => among.filter((row) => row.fate === fate);
  const date = new Date().toISOString().slice(0, 10);
  const files = session.target.sources.map((file) =>
    rows.filter((row) => row.mutant.file === file),
  );
  const table = files
    .filter((among) => among.length > 0)
    .map((among) => {
      const counts = (['killed', 'survived', 'not run'] as const).map(
        (fate) => of(fate, among).length,
      );
      return line([`\`${among[0]?.mutant.file}\``, among.length, ...counts]);
    });
  const total = (['killed', 'survived', 'not run'] as const).map((fate) => of(fate).length);
  return [
    `## ${session.name}`,
    '',
    `\`${command}\`, ${date}, Node.js ${process.version}.`,
    '',
    ...head(['file', 'checks removed', 'killed', 'survived', 'not run']),
    ...table,
    line(['all', rows.length, ...total]),
    '',
    ...listed(`What survived in ${session.name}`, of('survived'), 'why no test can fail'),
    ...listed(`What was not run in ${session.name}`, of('not run'), ''),
    ...listed(`What was killed in ${session.name}`, of('killed'), 'by the test'),
  ].join('\n');
}

function listed(title: string, rows: readonly Row[], reason: string): readonly string[] {
  if (rows.length === 0) return [];
  return [
    `### ${title}`,
    '',
    ...head(['where', 'what', ...(reason === '' ? [] : [reason])]),
    ...rows.map(({ mutant, why }) =>
      line([
        `${mutant.file}:${mutant.line}`,
        mutant.what,
        ...(reason === '' ? [] : [why === '' ? 'a test is missing' : why]),
      ]),
    ),
    '',
  ];
}

function head(names: readonly string[]): readonly string[] {
  return [line(names), line(names.map(() => '---'))];
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The part of the current document. */
function partOf(name: TargetName): string {
  const found = new RegExp(`^## ${name}\\n[\\s\\S]*?(?=^## |(?![\\s\\S]))`, 'm').exec(written());
  return found?.[0] ?? `## ${name}\n\nNot run yet.\n`;
}

function written(): string {
  try {
    return readFileSync(DOCUMENT, 'utf8');
  } catch {
    return '';
  }
}

const INTRODUCTION = `# Mutation results

Written by \`npx --yes pnpm@12 mutate\`, which removes the checks of the sources one at a time and runs the
tests that guard them until one fails. A check is removed in one of these ways:

- an \`if\` is never taken; one that guards what follows, instead of leaving, is also always taken;
- one operand of \`&&\` or \`||\` is dropped;
- a \`?:\` always takes its first side, or its second.

A check is killed where a test failed without it. A check that survived lacks a test, or its removal changes
nothing that a test can see; the latter are listed in
[equivalents.ts](../../scripts/mutation/equivalents.ts), each with the reason. No file is written for a mutant:
the tests read sources that contain all mutants, each behind a switch. \`jwt\` is \`packages/jwt/src\`
without its adapter's schemas; \`interceptor\` is core's \`grpc\` and \`gate\`, with the cache. The unit tests
run first, then, for the interceptor, the end-to-end suite.
`;
