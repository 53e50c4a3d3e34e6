import { type Clock, systemClock } from '../contract/clock.ts';

/**
 * Milliseconds that only go forward, to count ages: a verdict must not get younger when somebody sets the
 * clock back. Beside the system clock it is the monotonic clock. Another clock has only the time of day, so
 * its steps forward are added up, from reading to reading.
 */
export class SteadyTime {
  readonly #isSystem: boolean;
  #lastMs: number | undefined;
  #passedMs = 0;

  constructor(clock: Clock) {
    this.#isSystem = clock === systemClock;
  }

  /** @param nowMs what the clock says. */
  read(nowMs: number): number {
    if (this.#isSystem) return performance.now();
    this.#passedMs += Math.max(0, nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    return this.#passedMs;
  }
}
