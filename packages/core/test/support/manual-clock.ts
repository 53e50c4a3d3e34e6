import type { Clock } from '../../src/contract/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** A clock that a test advances. */
export class ManualClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #timers = new Set<Timer>();

  /** Timers that were set, and neither fired nor cancelled. */
  get waiting(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(ms: number, fire: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** As if somebody set the time of day. */
  setBack(ms: number): void {
    this.#nowMs -= ms;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.dueMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.fire();
    }
  }
}
