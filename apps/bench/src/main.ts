// Compares our packages with others under each supported Node.js: `pnpm bench`; with --quick in seconds.
import { fileURLToPath } from 'node:url';
import { commandOf, isComplete, type Options, readOptions, USAGE } from './command/options.ts';
import { runAll } from './command/run-all.ts';
import { currentLoad, describeMachine, measuredCommit, packageVersions } from './report/machine.ts';
import { toMarkdown } from './report/markdown.ts';
import type { Run } from './report/run.ts';
import { writeReport } from './report/write-report.ts';

const DOCUMENTS = fileURLToPath(new URL('../../../docs/generated/bench', import.meta.url));

async function bench(options: Options, args: readonly string[], stop: AbortSignal): Promise<Run> {
  const startedMs = Date.now();
  const loadAtStart = currentLoad();
  const commit = measuredCommit();
  const { runs, failures } = await runAll(options, stop);
  return {
    command: commandOf(args),
    commit,
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round((Date.now() - startedMs) / 1000),
    quick: options.quick,
    machine: describeMachine(loadAtStart),
    versions: packageVersions(),
    runs,
    failures,
  };
}

/** A partial run is never committed. */
function folderOf(options: Options): string | undefined {
  return options.out ?? (isComplete(options) ? DOCUMENTS : undefined);
}

async function main(args: readonly string[]): Promise<void> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (options.help) {
    console.log(USAGE);
    return;
  }
  // An interrupted run still reports its results so far.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  const run = await bench(options, args, stop.signal);
  const folder = stop.signal.aborted ? options.out : folderOf(options);
  if (folder === undefined) console.log(`\n${toMarkdown(run)}`);
  else {
    writeReport(run, folder);
    console.log(`\nwritten into ${folder}`);
  }
  for (const failure of run.failures) console.error(`failed: ${failure}`);
  process.exitCode = run.failures.length > 0 ? 1 : 0;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`failed: ${(error as Error).message}`);
  process.exitCode = 1;
});
