import type { Experiment } from './experiment.ts';

/** An experiment is loaded where it runs, so that the command and other experiments do not load it. */
export interface Listed {
  readonly name: string;
  /** How long it usually takes on one Node.js. */
  readonly seconds: number;
  /** By default, on which Node.js it is measured: on all, on the oldest and the newest, or on the one in the picture. */
  readonly on: 'all' | 'ends' | 'shown';
  /** Command line flags of Node.js. */
  readonly flags: readonly string[];
  load(): Promise<Experiment>;
}

/** Needs the option of the same name. */
export const BEFORE = 'before';

/** A young generation so large that nothing is collected within a sample, in MiB. */
const YOUNG = 256;
const ALLOCATION_FLAGS = [
  '--expose-gc',
  `--min-semi-space-size=${YOUNG}`,
  `--max-semi-space-size=${YOUNG}`,
];
const MEMORY_FLAGS = ['--expose-gc', '--max-old-space-size=12288'];

export const EXPERIMENTS: readonly Listed[] = [
  listed('size', 2, 'shown', async () => (await import('./size.ts')).size),
  listed('imports', 35, 'all', async () => (await import('./imports.ts')).imports),
  listed('verification', 25, 'all', async () => (await import('./verification.ts')).verification),
  listed('refusals', 12, 'all', async () => (await import('./refusals.ts')).refusals),
  listed('in process', 25, 'all', async () => (await import('./in-process.ts')).inProcess),
  listed(
    'allocation',
    30,
    'ends',
    async () => (await import('./allocation.ts')).allocation,
    ALLOCATION_FLAGS,
  ),
  listed('jwks', 10, 'ends', async () => (await import('./jwks.ts')).jwks),
  listed(
    'introspection',
    40,
    'all',
    async () => (await import('./introspection.ts')).introspection,
  ),
  listed('bursts', 30, 'all', async () => (await import('./bursts.ts')).bursts),
  listed('growth', 40, 'ends', async () => (await import('./growth.ts')).growth),
  listed('memory', 120, 'ends', async () => (await import('./memory.ts')).memory, MEMORY_FLAGS),
  // Separate, so that each has its own time limit, and a failure does not stop the others.
  listed('warm calls', 120, 'all', async () => (await import('./whole-call.ts')).wholeCall('warm')),
  listed('cold calls', 230, 'all', async () => (await import('./whole-call.ts')).wholeCall('cold')),
  listed('refused calls', 110, 'shown', async () =>
    (await import('./whole-call.ts')).wholeCall('refused'),
  ),
  listed(BEFORE, 120, 'ends', async () => (await import('./before.ts')).before),
  listed('bindings', 100, 'ends', async () => (await import('./bindings.ts')).bindings),
];

function listed(
  name: string,
  seconds: number,
  on: Listed['on'],
  load: () => Promise<Experiment>,
  flags: readonly string[] = [],
): Listed {
  return { name, seconds, on, flags, load };
}
