import type { Clock } from '@grpc-authn/core/authenticator';
import { SteadyTime } from '@grpc-authn/core/internal';

/**
 * One timer for many time limits of the same length. What begins first ends first, so the timer is set for the
 * oldest one.
 */
export class TimeLimit<T> {
  readonly #ms: number;
  readonly #clock: Clock;
  readonly #onEnd: (item: T) => void;
  readonly #steady: SteadyTime;
  readonly #endsMs = new Map<T, number>();
  #cancelTimer: (() => void) | undefined;

  /** `onEnd` is called with each item whose time is over. */
  constructor(ms: number, clock: Clock, onEnd: (item: T) => void) {
    this.#ms = ms;
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#steady = new SteadyTime(clock);
  }

  begin(item: T): void {
    const nowMs = this.#nowMs();
    this.#endsMs.set(item, nowMs + this.#ms);
    if (this.#cancelTimer === undefined) this.#setTimer(nowMs, nowMs + this.#ms);
  }

  cancel(item: T): void {
    if (this.#endsMs.delete(item) && this.#endsMs.size === 0) this.#stopTimer();
  }

  #setTimer(nowMs: number, endMs: number): void {
    this.#stopTimer();
    this.#cancelTimer = this.#clock.setTimer(endMs - nowMs, () => {
      // Whatever an injected clock says, this much time has passed.
      this.#end(Math.max(endMs, this.#nowMs()));
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #end(nowMs: number): void {
    this.#stopTimer();
    for (const [item, endMs] of this.#endsMs) {
      // The timer was set for one that has been cancelled since.
      if (endMs > nowMs) return this.#setTimer(nowMs, endMs);
      this.#endsMs.delete(item);
      this.#onEnd(item);
    }
  }

  #nowMs(): number {
    return this.#steady.read(this.#clock.nowMs());
  }
}
