// Removes the checks of the sources one at a time, and finds the test that fails: `mutate [target...]
// [--minutes 60] [--jobs 2] [--from]`. `--from` continues where the last run of a target stopped.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runEndToEnd } from './mutation/end-to-end.ts';
import { report } from './mutation/report.ts';
import { Session } from './mutation/session.ts';
import { TARGET_NAMES, type TargetName } from './mutation/targets.ts';
import { confirmSurvivors, runRepeatedTests, runWholeFiles } from './mutation/unit-tests.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    from: { type: 'boolean', default: false },
  },
});
const jobs = Math.min(atLeastOne('jobs', values.jobs), availableParallelism());
const endMs = Date.now() + atLeastOne('minutes', values.minutes) * 60_000;
const unknown = positionals.find((name) => !TARGET_NAMES.includes(name as TargetName));
if (unknown !== undefined) throw new Error(`${unknown}: expected ${TARGET_NAMES.join(' or ')}`);
const names = positionals.length === 0 ? TARGET_NAMES : (positionals as TargetName[]);

for (const name of names) {
  const session = new Session(name, { from: values.from, jobs, endMs });
  await runRepeatedTests(session);
  await runWholeFiles(session);
  await runEndToEnd(session);
  await confirmSurvivors(session);
  if (!session.isOver)
    for (const { id } of session.open) session.journal.write({ kind: 'survived', id });
  const command = ['npx --yes pnpm@12 mutate', name, ...process.argv.slice(2).filter(isOption)];
  const { unexplained, notRun } = report(session, command.join(' '));
  session.tell(
    `${unexplained} survivors without a reason, ${notRun} not run; see docs/generated/mutation.md`,
  );
  if (unexplained + notRun > 0) process.exitCode = 1;
}

function atLeastOne(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${option}: ${text}; expected an integer of at least 1`);
}

function isOption(arg: string): boolean {
  return !TARGET_NAMES.includes(arg as TargetName);
}
