import type { MeasuredServer } from '../server/measured-server.ts';
import { NO_TOKEN } from '../server/modes.ts';
import { type Measured, type Measurement, measurement } from '../statistics/measurement.ts';
import { shuffled } from '../statistics/rounds.ts';
import { pairedRatios } from '../statistics/summary.ts';
import type { Report } from './experiment.ts';
import type { Scale } from './scale.ts';

/** Quartiles of fewer rounds mean nothing. */
const LEAST_ROUNDS = 3;
/** A prime: tokens that repeat come in no order that favors a cache. */
const STRIDE = 7919;

/** A server that gets the same tokens repeatedly, and continues where it was interrupted. */
export class CalledInTurns {
  readonly #server: MeasuredServer;
  readonly #tokens: readonly string[];
  readonly #expected: 'accepted' | 'refused';
  #calls = 0;

  constructor(server: MeasuredServer, tokens: readonly string[], expected: 'accepted' | 'refused') {
    this.#server = server;
    this.#tokens = tokens;
    this.#expected = expected;
  }

  get mode(): string {
    return this.#server.mode;
  }

  async call(count: number): Promise<void> {
    const first = this.#calls;
    this.#calls += count;
    const tokens = this.#tokens;
    const token = (index: number) => tokens[((first + index) * STRIDE) % tokens.length];
    const sent = this.mode === NO_TOKEN ? () => undefined : token;
    await this.#server.call(count, sent, this.#expected);
  }

  /** Microseconds of CPU that its process has used so far. */
  cpu(): Promise<number> {
    return this.#server.cpu();
  }
}

/**
 * Microseconds of CPU per call, for each server in each round. The servers are called in turns of a few calls, in a
 * new random order each time: an idle server would lose its compiled code at a garbage collection, and noise from
 * other processes would not be shared evenly. Rounds end early on a slow machine.
 */
export async function cpuInTurns(
  servers: readonly CalledInTurns[],
  { wholeWarmUp, wholeCalls, wholeTurn, wholeRounds, wholeServerMs }: Scale,
  report: Report = () => undefined,
): Promise<readonly (readonly number[])[]> {
  report('warm-up');
  await callInTurns(servers, wholeWarmUp, wholeTurn);
  const samples = servers.map((): number[] => []);
  const endMs = performance.now() + wholeServerMs * servers.length;
  for (let round = 0; round < wholeRounds; round += 1) {
    if (round >= LEAST_ROUNDS && performance.now() > endMs) break;
    const before = await Promise.all(servers.map((server) => server.cpu()));
    await callInTurns(servers, wholeCalls, wholeTurn);
    const after = await Promise.all(servers.map((server) => server.cpu()));
    for (const [index, own] of samples.entries()) {
      own.push((after[index]! - before[index]!) / wholeCalls);
    }
    report(`round ${round + 1} of ${wholeRounds}`);
  }
  return samples;
}

async function callInTurns(
  servers: readonly CalledInTurns[],
  count: number,
  turn: number,
): Promise<void> {
  for (let called = 0; called < count; called += turn) {
    for (const server of shuffled(servers)) await server.call(Math.min(turn, count - called));
  }
}

/** Microseconds of CPU per call, of two servers in the same rounds. */
interface CpuSamples {
  readonly own: readonly number[];
  readonly beside: readonly number[];
}

/** The CPU of a server relative to the one beside it, and both. */
export function comparedCpu(
  what: Measured,
  { own, beside }: CpuSamples,
  other: string,
): readonly Measurement[] {
  return [
    measurement(what, `server CPU, times ${other}`, '×', pairedRatios(own, beside)),
    measurement(what, 'server CPU', 'µs', own),
    measurement(what, `server CPU of ${other} beside it`, 'µs', beside),
  ];
}
