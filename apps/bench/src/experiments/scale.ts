/** The amount of work; all of it is bounded. */
export interface Scale {
  readonly quick: boolean;
  readonly rounds: number;
  /** Duration of a sample, in milliseconds. */
  readonly sliceMs: number;
  /** Calls in a sample of the whole call, for each server. */
  readonly wholeCalls: number;
  /** Calls of one server before the next one's turn. */
  readonly wholeTurn: number;
  readonly wholeRounds: number;
  /** Milliseconds for each server after which the rounds end, after a minimum number of rounds. */
  readonly wholeServerMs: number;
  /** Calls before the first one that counts, so that the code is compiled. */
  readonly wholeWarmUp: number;
  /** Numbers of tokens that a warm server has seen. */
  readonly warmTokens: readonly number[];
  /** Different tokens that a framework with its binding has seen. */
  readonly bindingTokens: number;
  /** Calls in a sample, with headers from HTTP/2. */
  readonly inProcessCalls: number;
  readonly burstTokens: number;
  readonly burstRounds: number;
  /** Calls in a sample of introspection. */
  readonly introspections: number;
  /** Fresh processes that load each package. */
  readonly importRounds: number;
  readonly cacheEntries: readonly number[];
  readonly rules: readonly number[];
  readonly keys: readonly number[];
  /** Milliseconds after which the process of an experiment is ended. */
  readonly limitMs: number;
}

export const FULL: Scale = {
  quick: false,
  rounds: 21,
  sliceMs: 20,
  wholeCalls: 1024,
  wholeTurn: 32,
  wholeRounds: 25,
  wholeServerMs: 20_000,
  wholeWarmUp: 8000,
  warmTokens: [1, 1000, 100_000],
  bindingTokens: 1000,
  inProcessCalls: 2000,
  burstTokens: 256,
  burstRounds: 21,
  introspections: 256,
  importRounds: 10,
  cacheEntries: [10_000, 1_000_000],
  rules: [1, 100, 10_000],
  keys: [1, 8, 64],
  limitMs: 1_200_000,
};

/** Checks that everything runs; the times mean nothing. */
export const QUICK: Scale = {
  quick: true,
  rounds: 2,
  sliceMs: 0.5,
  wholeCalls: 8,
  wholeTurn: 4,
  wholeRounds: 2,
  wholeServerMs: 5_000,
  wholeWarmUp: 8,
  warmTokens: [1, 10],
  bindingTokens: 10,
  inProcessCalls: 50,
  burstTokens: 16,
  burstRounds: 2,
  introspections: 32,
  importRounds: 2,
  cacheEntries: [100],
  rules: [1, 10],
  keys: [1, 4],
  limitMs: 600_000,
};

/** The same with another number of rounds. */
export function withRounds(scale: Scale, rounds: number | undefined): Scale {
  if (rounds === undefined) return scale;
  return { ...scale, rounds, wholeRounds: rounds, burstRounds: rounds };
}
