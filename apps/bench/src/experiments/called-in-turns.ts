import type { MeasuredServer } from '../server/measured-server.ts';
import { NO_TOKEN } from '../server/modes.ts';
import { type Measured, type Measurement, measurement } from '../statistics/measurement.ts';
import { shuffled } from '../statistics/rounds.ts';
import { pairedRatios } from '../statistics/summary.ts';
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

  /**
   * Microseconds of CPU per call, of this server and of the other one, which are called in turns of a few
   * calls. A garbage collection while one is idle would cost it its compiled code, and noise from other
   * processes would not be shared evenly. Which of the two is first is random.
   */
  async cpuInTurnsWith(
    other: CalledInTurns,
    count: number,
    turn: number,
  ): Promise<readonly [own: number, other: number]> {
    const both = [this, other] as const;
    const before = await Promise.all(both.map((server) => server.#server.cpu()));
    for (let called = 0; called < count; called += turn) {
      for (const server of shuffled(both)) await server.call(Math.min(turn, count - called));
    }
    const after = await Promise.all(both.map((server) => server.#server.cpu()));
    const [own, its] = both.map((_, index) => (after[index]! - before[index]!) / count);
    return [own!, its!];
  }

  /** The same in rounds, which end early on a slow machine. */
  async sampleInTurnsWith(
    other: CalledInTurns,
    { wholeCalls, wholeTurn, wholeRounds, wholeServerMs }: Scale,
  ): Promise<CpuSamples> {
    const own: number[] = [];
    const beside: number[] = [];
    const endMs = performance.now() + wholeServerMs;
    for (let round = 0; round < wholeRounds; round += 1) {
      if (round >= LEAST_ROUNDS && performance.now() > endMs) break;
      const [ownCpu, otherCpu] = await this.cpuInTurnsWith(other, wholeCalls, wholeTurn);
      own.push(ownCpu);
      beside.push(otherCpu);
    }
    return { own, beside };
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
