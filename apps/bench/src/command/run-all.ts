import { availableParallelism } from 'node:os';
import { FULL, QUICK, withRounds } from '../experiments/scale.ts';
import type { NodeRun } from '../report/run.ts';
import type { Measurement } from '../statistics/measurement.ts';
import { type Job, jobsOf } from './jobs.ts';
import { nodeVersions } from './node-versions.ts';
import { NODES } from './nodes.ts';
import { isUsual, type Options } from './options.ts';
import { Progress, titleOf } from './progress.ts';
import { runExperiment } from './run-experiment.ts';

/** Runs every experiment on every Node.js. A failure is reported and does not stop the others. */
export async function runAll(
  options: Options,
  stop: AbortSignal,
): Promise<{ readonly runs: readonly NodeRun[]; readonly failures: readonly string[] }> {
  const { quick, rounds, before } = options;
  const scale = withRounds(quick ? QUICK : FULL, rounds);
  const jobs = jobsOf(options, before && (await bundleOf(before)));
  const progress = new Progress(jobs, isUsual(options));
  const found = new Map<Job, readonly Measurement[]>();
  const failures: string[] = [];
  const waiting = [...jobs];
  async function work(): Promise<void> {
    for (;;) {
      const job = stop.aborted ? undefined : waiting.shift();
      if (job === undefined) return;
      const { experiment, node, scope } = job;
      progress.begin(job);
      try {
        const report = (received: string): void => progress.notify(job, received);
        const order = { scale, scope };
        found.set(job, await runExperiment(experiment, NODES[node]!, order, report, stop));
      } catch (error) {
        const [line = ''] = (error as Error).message.split('\n');
        failures.push(`${titleOf(job)}: ${line}`);
      }
      progress.ended(job);
    }
  }
  // Two at a time would distort each other's times, which do not matter in a quick run.
  const atOnce = quick ? availableParallelism() : 1;
  await Promise.all(Array.from({ length: atOnce }, work));
  progress.end();
  if (stop.aborted) failures.push('the run was interrupted');
  const runs = options.nodes.map((name) => ({
    ...nodeVersions(NODES[name]!),
    measurements: jobs.filter(({ node }) => node === name).flatMap((job) => found.get(job) ?? []),
  }));
  return { runs, failures };
}

/** The bundler is loaded only where it is needed. */
async function bundleOf(commit: string): Promise<string> {
  const { bundleBefore } = await import('../before/bundle-before.ts');
  return bundleBefore(commit);
}
