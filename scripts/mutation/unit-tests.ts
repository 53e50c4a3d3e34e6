import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, type PassName } from './pass.ts';
import { eachOf, run } from './processes.ts';
import type { Session } from './session.ts';
import { ROOT } from './targets.ts';

const CONFIG = join('scripts', 'mutation', 'vitest.mutation.config.ts');
/** A test that a removed check turned into an endless loop can only be stopped from outside. */
const ENDLESS_MS = { short: 8000, long: 45_000 };
const WHOLE_MS = 120_000;

/** Runs the tests that can run repeatedly: the short ones, then the long ones against the open mutants. */
export async function runRepeatedTests(session: Session): Promise<void> {
  await runPass(session, 'short', session.target.unitTests);
  await runPass(session, 'long', [...new Set(session.journal.of('long').map(({ file }) => file))]);
}

async function runPass(
  session: Session,
  pass: Exclude<PassName, 'whole'>,
  files: readonly string[],
): Promise<void> {
  const { journal, folder } = session;
  for (;;) {
    const done = new Set(
      journal.of('done').flatMap((entry) => (entry.pass === pass ? [entry.file] : [])),
    );
    const left = files.filter((file) => !done.has(file));
    if (left.length === 0 || session.isOver) return;
    let reportedAtMs = Date.now();
    let endless = false;
    const { output } = await run(
      'vitest',
      ['run', '--config', CONFIG, `--maxWorkers=${session.jobs}`, ...left],
      environmentOf(session, pass),
      () => {
        if (Date.now() - reportedAtMs > 15_000) {
          reportedAtMs = Date.now();
          const read = journal.of('done').filter((entry) => entry.pass === pass).length;
          session.tell(`${pass} tests, ${read} of ${files.length} files`);
        }
        endless ||= stopEndless(session, ENDLESS_MS[pass]);
        return endless || session.isOver;
      },
    );
    for (const file of atWork(folder)) rmSync(file);
    if (endless || session.isOver) continue;
    // A file that fails without mutants never reports its end; it would be read forever.
    const still = journal.of('done').filter((entry) => entry.pass === pass).length;
    if (still === done.size) throw new Error(`the tests do not run:\n${output.slice(-4000)}`);
  }
}

function stopEndless({ folder, journal }: Session, endlessMs: number): boolean {
  let stopped = false;
  for (const file of atWork(folder)) {
    if (Date.now() - statSync(file).mtimeMs < endlessMs) continue;
    const { id, file: testFile } = JSON.parse(readFileSync(file, 'utf8'));
    // A busy machine is slow too: a run of the file alone decides.
    journal.write({ kind: 'whole', file: testFile, ids: [id] });
    journal.write({ kind: 'stuck', id });
    stopped = true;
  }
  return stopped;
}

function atWork(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.at-work.json'))
    .map((name) => join(folder, name));
}

/** Runs the files that can only run from their start, once for each open mutant. */
export async function runWholeFiles(session: Session): Promise<void> {
  await runFromBeginning(session, session.journal.of('whole'));
}

/**
 * Runs every file that reaches a surviving mutant once more, alone: an earlier test may have left state
 * that hides the mutant.
 */
export async function confirmSurvivors(session: Session): Promise<void> {
  const { journal } = session;
  await runFromBeginning(session, [...journal.of('whole'), ...journal.of('done')]);
}

async function runFromBeginning(
  session: Session,
  meetings: readonly { readonly file: string; readonly ids: readonly string[] }[],
): Promise<void> {
  const { journal, open } = session;
  await eachOf(open, session.jobs, async ({ id }, index) => {
    const passed = new Set(
      journal.of('whole-passed').flatMap((entry) => (entry.id === id ? entry.files : [])),
    );
    const meeting = meetings.flatMap(({ file, ids }) => (ids.includes(id) ? [file] : []));
    const files = [...new Set(meeting)].filter((file) => !passed.has(file));
    if (files.length === 0 || session.isOver) return;
    session.tell(`${index + 1} of ${open.length}: ${files.length} files for ${id}`);
    const killer = await killerOf(session, id, files);
    if (session.isOver) return;
    if (killer === undefined) journal.write({ kind: 'whole-passed', id, files });
    else journal.write({ kind: 'killed', id, ...killer });
  });
}

async function killerOf(
  session: Session,
  id: string,
  files: readonly string[],
): Promise<Failure | undefined> {
  const report = join(session.folder, `${randomUUID()}.report.json`);
  const endMs = Date.now() + WHOLE_MS;
  const args = ['--bail=1', '--maxWorkers=1', '--reporter=json', `--outputFile=${report}`];
  const { status } = await run(
    'vitest',
    ['run', '--config', CONFIG, ...args, ...files],
    environmentOf(session, 'whole', id),
    () => session.isOver || Date.now() > endMs,
  );
  try {
    if (status === 0) return undefined;
    return status === null
      ? { file: files[0] ?? '', test: '(it never ends)' }
      : firstFailure(report);
  } finally {
    rmSync(report, { force: true });
  }
}

interface Failure {
  readonly file: string;
  readonly test: string;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function firstFailure(path: string): Failure {
  const report = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Report)
    : { testResults: [] };
  for (const { name, assertionResults } of report.testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed !== undefined) return { file: name.slice(ROOT.length + 1), test: failed.fullName };
  }
  const unread = report.testResults.find(({ status }) => status === 'failed');
  return { file: unread?.name.slice(ROOT.length + 1) ?? '', test: '(the file as a whole)' };
}
