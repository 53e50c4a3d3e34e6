import { rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type RunnerTask, type RunnerTestCase, type RunnerTestFile, TestRunner } from 'vitest';
import { Journal } from './journal.ts';
import { passOf } from './pass.ts';
import { installSwitch } from './switch.ts';
import { ROOT } from './targets.ts';

/** A longer test waits until the short ones have killed what they can, in milliseconds. */
const LONG_MS = 60;
/** How much longer a test may take with a check removed. */
const PATIENCE_MS = 1500;
const PATIENCE_FACTOR = 4;

const { pass, journalPath, mutant, atWork } = passOf(process.env);
const journal = new Journal(journalPath);
const mutation = installSwitch();
if (pass === 'whole') mutation.off = mutant;

/**
 * Runs each test once without mutants, and then again for each mutant that it reached, until it fails once.
 * Most of a test's cost is the imports of its file, which are paid once. If a test no longer passes without
 * mutants after a failure, that failure proves nothing, and a run of the whole file decides.
 */
export default class MutationRunner extends TestRunner {
  readonly #long = new Set(journal.of('long').map(({ file, test }) => `${file} ${test}`));

  async runTask(test: RunnerTestCase): Promise<void> {
    const run = async (): Promise<void> => {
      this.onBeforeTryTask(test, { retry: 0, repeats: 0 });
      await TestRunner.getTestFn(test)();
      this.onAfterTryTask(test);
    };
    if (pass === 'whole') return run();
    const file = relative(ROOT, test.file.filepath);
    const name = nameOf(test);
    if (pass === 'long' && !this.#long.has(`${file} ${name}`)) return;
    const startedMs = performance.now();
    const ids = await mutation.watch(run);
    const tookMs = performance.now() - startedMs;
    this.#met.push(...ids);
    if (pass === 'short' && tookMs > LONG_MS) {
      journal.write({ kind: 'long', file, test: name });
      return;
    }
    const patienceMs = PATIENCE_MS + PATIENCE_FACTOR * tookMs;
    try {
      await this.#runAgainst(test, ids, run, patienceMs);
    } finally {
      rmSync(atWork(process.pid), { force: true });
    }
  }

  async #runAgainst(
    test: RunnerTestCase,
    ids: readonly string[],
    run: () => Promise<void>,
    patienceMs: number,
  ): Promise<void> {
    const file = relative(ROOT, test.file.filepath);
    const name = nameOf(test);
    const stuck = new Set(journal.of('stuck').map((entry) => entry.id));
    for (const [index, id] of ids.entries()) {
      if (journal.decided.has(id) || stuck.has(id)) continue;
      writeFileSync(atWork(process.pid), JSON.stringify({ id, file, test: name }));
      mutation.off = id;
      const outcome = await outcomeOf(run, patienceMs);
      mutation.off = undefined;
      if (outcome === 'passed') continue;
      if (outcome === 'late') {
        // A busy machine is slow too: a run of the file alone decides.
        journal.write({ kind: 'whole', file, ids: [id] });
        journal.write({ kind: 'stuck', id });
        continue;
      }
      if ((await outcomeOf(run, patienceMs)) !== 'passed') {
        journal.write({ kind: 'whole', file, ids: ids.slice(index) });
        return;
      }
      journal.write({ kind: 'killed', id, file, test: name });
    }
  }

  readonly #met: string[] = [];

  override onAfterRunFiles(files: RunnerTestFile[]): void {
    super.onAfterRunFiles(files);
    if (pass === 'whole') return;
    const file = relative(ROOT, files[0]?.filepath ?? '');
    journal.write({ kind: 'whole', file, ids: mutation.outside });
    journal.write({ kind: 'done', file, pass, ids: [...new Set(this.#met)] });
  }
}

type Outcome = 'passed' | 'failed' | 'late';

async function outcomeOf(run: () => Promise<void>, patienceMs: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  const passed = run().then(
    (): Outcome => 'passed',
    (): Outcome => 'failed',
  );
  try {
    return await Promise.race([passed, late]);
  } finally {
    clearTimeout(timer);
  }
}

function nameOf(test: RunnerTestCase): string {
  const names = [test.name];
  for (let suite: RunnerTask | undefined = test.suite; suite !== undefined; suite = suite.suite) {
    names.unshift(suite.name);
  }
  return names.join(' ');
}
