import { BEFORE, EXPERIMENTS, type Listed } from '../experiments/all.ts';
import type { Scope } from '../experiments/scope.ts';
import type { Options } from './options.ts';
import { SHOWN_NODE } from './shown-node.ts';

/** One experiment on one Node.js. */
export interface Job {
  /** A name in NODES. */
  readonly node: string;
  readonly experiment: Listed;
  readonly scope: Scope;
}

type Chosen = Pick<Options, 'nodes' | 'experiments' | 'scenarios' | 'subjects'>;

/** Experiments that were chosen by name run on every chosen Node.js. `before` is the module of another commit. */
export function jobsOf(
  { nodes, experiments, scenarios, subjects }: Chosen,
  before?: string,
): readonly Job[] {
  const shown = nodes.includes(SHOWN_NODE) ? SHOWN_NODE : nodes.at(-1);
  const byName = experiments.length < EXPERIMENTS.length;
  const chosen = EXPERIMENTS.filter(
    ({ name }) => experiments.includes(name) && (name !== BEFORE || before !== undefined),
  );
  return nodes.flatMap((node) =>
    chosen
      .filter(({ on }) => {
        if (byName || on === 'all') return true;
        return on === 'shown' ? node === shown : node === nodes[0] || node === nodes.at(-1);
      })
      .map((experiment) => ({
        node,
        experiment,
        scope: { scenarios, subjects, before, extras: node === shown },
      })),
  );
}
