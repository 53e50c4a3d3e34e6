import type { Clock } from '@grpc-authn/core';

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** A clock that stands until it is told to go on, and counts the timers that wait. */
export class WaitingClock implements Clock {
  /** Timers that were ever set. */
  set = 0;
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** When the next timer fires, in milliseconds from now. */
  get nextMs(): number {
    return Math.min(...[...this.#timers].map(({ dueMs }) => dueMs)) - this.#nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(ms: number, fire: () => void): () => void {
    this.set += 1;
    const timer = { dueMs: this.#nowMs + ms, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    this.fireDue(0);
  }

  /** The wall clock is set, and no time has passed: timers wait as long as they would have. */
  setTo(nowMs: number): void {
    const byMs = nowMs - this.#nowMs;
    this.#nowMs = nowMs;
    const timers = [...this.#timers];
    this.#timers.clear();
    for (const { dueMs, fire } of timers) this.#timers.add({ dueMs: dueMs + byMs, fire });
  }

  /** Fires what falls due so many milliseconds ahead, without going there. */
  fireDue(aheadMs: number): void {
    // A timer that fires too early is set again, and must wait for its own turn.
    const waiting = [...this.#timers];
    for (const timer of waiting) {
      if (timer.dueMs > this.#nowMs + aheadMs || !this.#timers.delete(timer)) continue;
      timer.fire();
    }
  }
}
