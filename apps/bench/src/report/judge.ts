import { OURS } from '../contenders/names.ts';
import type { Measurement } from '../statistics/measurement.ts';
import type { Goal } from './goals.ts';

/** `tie`: above the limit, but the quartiles of ours and of the cheapest peer overlap there. */
export type Result = 'pass' | 'tie' | 'miss';

/** A goal with its result. */
export interface Judged {
  readonly goal: Goal;
  /** Undefined where it was not measured. */
  readonly ours: Measurement | undefined;
  readonly cheapest: Measurement | undefined;
  /** Undefined where ours or the peer was not measured, on a Node.js without this goal, and in a quick run. */
  readonly result: Result | undefined;
}

/** Compares medians. */
export function judge(
  goal: Goal,
  measurements: readonly Measurement[],
  { node, quick }: { readonly node: string; readonly quick: boolean },
): Judged {
  const there = measurements.filter(
    ({ experiment, scenario, measure }) =>
      experiment === goal.experiment && measure === goal.measure && goal.scenario.test(scenario),
  );
  const ours = there.find(({ subject }) => subject === goal.subject);
  const [cheapest] = there
    .filter(({ subject }) => !subject.startsWith(OURS) && !goal.notPeers?.test(subject))
    .toSorted((one, other) => one.median - other.median);
  const judged = !quick && (goal.nodes?.test(node) ?? true);
  const result = judged && ours !== undefined ? resultOf(goal, ours, cheapest) : undefined;
  return { goal, ours, cheapest, result };
}

function resultOf(
  { limit, timesPeer }: Goal,
  ours: Measurement,
  cheapest: Measurement | undefined,
): Result | undefined {
  if (limit !== undefined && ours.median > limit) return 'miss';
  if (timesPeer === undefined) return 'pass';
  if (cheapest === undefined) return undefined;
  if (ours.median <= timesPeer * cheapest.median) return 'pass';
  return ours.q1 <= timesPeer * cheapest.q3 ? 'tie' : 'miss';
}
