import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reasonFor } from './equivalents.ts';
import type { Mutant } from './mutants.ts';
import { environmentOf } from './pass.ts';
import { eachOf, type Ended, run } from './processes.ts';
import type { Session } from './session.ts';

const HOOK = join('scripts', 'mutation', 'node-hook.ts');
/** A file that takes longer without mutants is skipped: it tests load, or needs Python. */
const LONGEST_MS = 8_000;
const PATIENCE_FACTOR = 6;
const PATIENCE_MS = 10_000;

interface Reached {
  readonly file: string;
  readonly ids: ReadonlySet<string>;
  readonly tookMs: number;
}

/** Runs the open mutants against each file that reaches them on a real channel, the fastest file first. */
export async function runEndToEnd(session: Session): Promise<void> {
  const reached = await reachedBy(session);
  const { journal } = session;
  // Mutants that are expected to survive are run against every file, so they come last.
  const expected = (mutant: Mutant): number => (reasonFor(mutant) === undefined ? 0 : 1);
  const open = session.open.toSorted((a, b) => expected(a) - expected(b));
  await eachOf(open, session.jobs, async ({ id }, index) => {
    const passed = new Set(
      journal.of('whole-passed').flatMap((entry) => (entry.id === id ? entry.files : [])),
    );
    const files = reached.filter(({ file, ids }) => ids.has(id) && !passed.has(file));
    for (const { file, tookMs } of files) {
      if (session.isOver) return;
      const runOnce = (): Promise<Ended> =>
        runFile(session, file, Date.now() + PATIENCE_MS + PATIENCE_FACTOR * tookMs, id);
      let ended = await runOnce();
      // A busy machine also fails a test, so a failure must occur twice.
      if (ended.status !== 0 && !session.isOver) ended = await runOnce();
      if (session.isOver) return;
      if (ended.status === 0) {
        journal.write({ kind: 'whole-passed', id, files: [file] });
        continue;
      }
      const test = ended.status === null ? '(it never ends)' : firstFailure(ended.output);
      journal.write({ kind: 'killed', id, file, test });
      break;
    }
    session.tell(`end to end, ${index + 1} of ${open.length}`);
  });
}

/** Runs each file once without mutants, and records which checks it reaches and how long it takes. */
async function reachedBy(session: Session): Promise<readonly Reached[]> {
  const { folder, target, journal } = session;
  const known = new Set(journal.of('reached').map(({ file }) => file));
  const left = target.endToEndTests.filter((file) => !known.has(file));
  for (const [index, file] of left.entries()) {
    if (session.isOver) return [];
    session.tell(`end to end as it is, ${index + 1} of ${left.length}`);
    const startedMs = Date.now();
    const { status } = await runFile(session, file, startedMs + LONGEST_MS);
    const tookMs = Date.now() - startedMs;
    const ids = reachedIds(folder);
    journal.write({ kind: 'reached', file, tookMs, ids: status === 0 ? ids : [] });
  }
  return journal
    .of('reached')
    .map(({ file, tookMs, ids }) => ({ file, tookMs, ids: new Set(ids) }))
    .toSorted((a, b) => a.tookMs - b.tookMs);
}

function runFile(session: Session, file: string, endMs: number, id?: string): Promise<Ended> {
  const args = ['--conditions=@grpc-authn/source', '--import', `./${HOOK}`];
  return run(
    'node',
    [...args, '--test-reporter=tap', file],
    environmentOf(session, 'whole', id),
    () => session.isOver || Date.now() > endMs,
  );
}

/** A test may start processes; these report too. */
function reachedIds(folder: string): readonly string[] {
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.reached.json'))
    .map((name) => join(folder, name));
  const ids = paths.flatMap((path) => JSON.parse(readFileSync(path, 'utf8')) as string[]);
  for (const path of paths) rmSync(path);
  return [...new Set(ids)];
}

/** TAP reports a test before its parent. */
function firstFailure(tap: string): string {
  return /^ *not ok \d+ - (.*)$/m.exec(tap)?.[1] ?? '(the file as a whole)';
}
