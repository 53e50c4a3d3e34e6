import type { GoodCalls } from '../../support/load/good-calls.ts';
import { quantile } from '../../support/load/good-calls.ts';
import { type LoadWorld, startLoadWorld } from '../../support/load/load-world.ts';

export interface Goal {
  readonly text: string;
  readonly isMet: boolean;
  /** It compares times, which depend on what else the machine does. When it is missed, it is measured again. */
  readonly isTimed?: boolean;
}

/** What one attack did to the good calls. */
export interface Result {
  readonly good: string;
  readonly median: string;
  readonly p99: string;
  readonly notes: string;
  readonly goals: readonly Goal[];
}

export interface Scenario {
  readonly name: string;
  /** The adapter, or what else was attacked. */
  readonly of: string;
  readonly run: (world: LoadWorld) => Promise<Result>;
}

/** How often an attack is measured at most, if only timed goals are missed. */
export const MAX_TRIES = 3;

export interface Measured extends Result {
  readonly tries: number;
}

/** Runs an attack on new processes. */
export async function measure({ run }: Scenario): Promise<Measured> {
  for (let tries = 1; ; tries += 1) {
    const world = await startLoadWorld();
    try {
      const result = await run(world);
      const missed = result.goals.filter(({ isMet }) => !isMet);
      const mayRepeat = missed.length > 0 && missed.every(({ isTimed = false }) => isTimed);
      if (!mayRepeat || tries === MAX_TRIES) return { ...result, tries };
    } finally {
      await world.stop();
    }
  }
}

/** Times of the good calls under attack, beside those before it. */
export function timesOf(
  quiet: GoodCalls,
  attacked: GoodCalls,
): Pick<Result, 'good' | 'median' | 'p99'> & {
  readonly medianRatio: number;
  readonly p99Ratio: number;
} {
  const at = (calls: GoodCalls, share: number): number => quantile(calls.timesMs, share);
  const change = (share: number): string =>
    `${at(quiet, share).toFixed(1)} → ${at(attacked, share).toFixed(1)}`;
  return {
    good: servedOf(attacked),
    median: change(0.5),
    p99: change(0.99),
    medianRatio: at(attacked, 0.5) / at(quiet, 0.5),
    p99Ratio: at(attacked, 0.99) / at(quiet, 0.99),
  };
}

export function servedOf({ made, served, lost }: GoodCalls): string {
  const others = Object.entries(lost).map(([status, count]) => `, ${count} ${status}`);
  return `${served} of ${made}${others.join('')}`;
}

export function allServed({ made, served }: GoodCalls): Goal {
  return { text: 'all served', isMet: served === made && made >= GOOD_CALLS };
}

export function atMost(what: string, ratio: number, limit: number): Goal {
  return { text: `${what} at most ${limit} ×`, isMet: ratio <= limit, isTimed: true };
}

/** Good calls at least, for each attack. */
export const GOOD_CALLS = 120;
/** Of a provider's answer about a token. */
export const LATENCY_MS = 50;
