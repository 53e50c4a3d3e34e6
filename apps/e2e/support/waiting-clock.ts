import type { Clock } from '@grpc-authn/core';

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** A clock that advances only on request, and counts pending timers. */
export class WaitingClock implements Clock {
  /** Number of timers that were set. */
  set = 0;
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer fires. */
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

  /** Sets the wall clock without time passing: timers wait as long as before. */
  setTo(nowMs: number): void {
    const byMs = nowMs - this.#nowMs;
    this.#nowMs = nowMs;
    const timers = [...this.#timers];
    this.#timers.clear();
    for (const { dueMs, fire } of timers) this.#timers.add({ dueMs: dueMs + byMs, fire });
  }

  /** Fires the timers that are due within these milliseconds, without moving the clock. */
  fireDue(aheadMs: number): void {
    // A timer that fires too early is set again, and must wait for its own turn.
    const waiting = [...this.#timers];
    for (const timer of waiting) {
      if (timer.dueMs > this.#nowMs + aheadMs || !this.#timers.delete(timer)) continue;
      timer.fire();
    }
  }
}
