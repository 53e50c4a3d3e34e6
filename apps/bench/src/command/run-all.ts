import { availableParallelism } from 'node:os';
import { EXPERIMENTS, type Listed } from '../experiments/all.ts';
import { FULL, QUICK, withRounds } from '../experiments/scale.ts';
import type { Scope } from '../experiments/scope.ts';
import type { NodeRun } from '../report/run.ts';
import type { Measurement } from '../statistics/measurement.ts';
import { nodeVersions } from './node-versions.ts';
import { NODES, SHOWN_NODE } from './nodes.ts';
import type { Options } from './options.ts';
import { Progress } from './progress.ts';
import { runExperiment } from './run-experiment.ts';

interface Job {
  readonly node: string;
  readonly version: string;
  readonly experiment: Listed;
  readonly scope: Scope;
  measurements: readonly Measurement[];
}

/** Runs every experiment on every Node.js. A failure is reported and does not stop the others. */
export async function runAll(
  { quick, nodes, experiments, scenarios, subjects, rounds }: Options,
  stop: AbortSignal,
): Promise<{ readonly runs: readonly NodeRun[]; readonly failures: readonly string[] }> {
  const versions = nodes.map((name) => ({ name, ...nodeVersions(NODES[name]!) }));
  const chosen = EXPERIMENTS.filter(({ name }) => experiments.includes(name));
  const jobs = versions.flatMap(({ name, node: version }) =>
    chosen.map((experiment): Job => ({
      node: NODES[name]!,
      version,
      experiment,
      scope: { scenarios, subjects, extras: name === SHOWN_NODE || versions.length === 1 },
      measurements: [],
    })),
  );
  const failures: string[] = [];
  const scale = withRounds(quick ? QUICK : FULL, rounds);
  const progress = new Progress(jobs.length);
  const waiting = [...jobs];
  async function work(): Promise<void> {
    for (;;) {
      const job = stop.aborted ? undefined : waiting.shift();
      if (job === undefined) return;
      const { experiment, node, version, scope } = job;
      const title = `Node.js ${version}: ${experiment.name}`;
      progress.begin(title);
      try {
        const report = (received: string): void => progress.tell(title, received);
        job.measurements = await runExperiment(experiment, node, { scale, scope }, report, stop);
      } catch (error) {
        const [line = ''] = (error as Error).message.split('\n');
        failures.push(`${title}: ${line}`);
      }
    }
  }
  // Two at a time would distort each other's times, which do not matter in a quick run.
  const atOnce = quick ? availableParallelism() : 1;
  await Promise.all(Array.from({ length: atOnce }, work));
  progress.end();
  if (stop.aborted) failures.push('the run was interrupted');
  const runs = versions.map(({ node, openssl }) => ({
    node,
    openssl,
    measurements: jobs.filter(({ version }) => version === node).flatMap((job) => job.measurements),
  }));
  return { runs, failures };
}
