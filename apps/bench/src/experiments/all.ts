import type { Experiment } from './experiment.ts';

/** An experiment is loaded where it runs, so that the command and other experiments do not load it. */
export interface Listed {
  readonly name: string;
  /** Command line flags of Node.js. */
  readonly flags: readonly string[];
  load(): Promise<Experiment>;
}

/** A young generation so large that nothing is collected within a sample, in MiB. */
const YOUNG = 256;

export const EXPERIMENTS: readonly Listed[] = [
  listed('imports', async () => (await import('./imports.ts')).imports),
  listed('verification', async () => (await import('./verification.ts')).verification),
  listed('refusals', async () => (await import('./refusals.ts')).refusals),
  listed('in process', async () => (await import('./in-process.ts')).inProcess),
  listed('allocation', async () => (await import('./allocation.ts')).allocation, [
    '--expose-gc',
    `--min-semi-space-size=${YOUNG}`,
    `--max-semi-space-size=${YOUNG}`,
  ]),
  listed('jwks', async () => (await import('./jwks.ts')).jwks),
  listed('introspection', async () => (await import('./introspection.ts')).introspection),
  listed('bursts', async () => (await import('./bursts.ts')).bursts),
  listed('growth', async () => (await import('./growth.ts')).growth),
  listed('memory', async () => (await import('./memory.ts')).memory, [
    '--expose-gc',
    '--max-old-space-size=12288',
  ]),
  // Separate, so that each has its own time limit, and a failure does not stop the others.
  listed('warm calls', async () => (await import('./whole-call.ts')).wholeCall('warm')),
  listed('cold calls', async () => (await import('./whole-call.ts')).wholeCall('cold')),
  listed('refused calls', async () => (await import('./whole-call.ts')).wholeCall('refused')),
  listed('bindings', async () => (await import('./bindings.ts')).bindings),
];

function listed(
  name: string,
  load: () => Promise<Experiment>,
  flags: readonly string[] = [],
): Listed {
  return { name, flags, load };
}
