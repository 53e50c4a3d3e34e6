import type { Clock } from '../contract/clock.ts';
import { SteadyTime } from '../compose/steady-time.ts';

/** At least this much must be left before the deadline, or there is no point in waiting. */
const MIN_REMAINING_MS = 20;
/** Time for the answer to reach the caller. */
const MAX_MARGIN_MS = 250;

/**
 * How long a decision may take: `timeoutMs`, and less than the caller's deadline, so that a provider
 * that hangs is reported as UNAVAILABLE instead of a cancellation. undefined if it may not wait at all.
 */
export function timeLimitOf(
  timeoutMs: number,
  deadlineEpochMs: number | undefined,
  nowMs: number,
): number | undefined {
  if (deadlineEpochMs === undefined || deadlineEpochMs === Number.POSITIVE_INFINITY) {
    return timeoutMs;
  }
  const remainingMs = deadlineEpochMs - nowMs;
  // The negation covers NaN, too.
  if (!(remainingMs >= MIN_REMAINING_MS)) return undefined;
  return Math.min(timeoutMs, remainingMs - Math.min(MAX_MARGIN_MS, remainingMs / 10));
}

/** True if a call that ended now ended because of its deadline. */
export function isDeadline(deadlineEpochMs: number | undefined, nowMs: number): boolean {
  return deadlineEpochMs !== undefined && nowMs >= deadlineEpochMs - MIN_REMAINING_MS;
}

/** What has a time limit. It is in at most one TimeLimits. */
export interface Limited {
  /** Set by TimeLimits. */
  dueMs: number;
  /** Its place in the heap; -1 while it has none. Set by TimeLimits. */
  place: number;
  /** The time limit has passed; it has none any more. Must not throw. */
  onTimeLimit(): void;
  /** The clock has failed, so there is no time limit; it has none any more. Must not throw. */
  onClockFault(thrown: unknown): void;
}

/**
 * The time limits of any number of calls, with one timer: for the earliest one. A binary heap, because the limits
 * depend on the callers' deadlines. Time is counted by SteadyTime, so setting the clock back makes no limit longer.
 */
export class TimeLimits {
  readonly #clock: Clock;
  readonly #steady: SteadyTime;
  readonly #heap: Limited[] = [];
  #cancelTimer: (() => void) | undefined;
  /** When the timer is due. */
  #timerMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#steady = new SteadyTime(clock);
  }

  /** @throws what the clock throws: then there is no time limit. */
  add(limited: Limited, limitMs: number, clockMs: number): void {
    const nowMs = this.#steady.read(clockMs);
    limited.dueMs = nowMs + limitMs;
    this.#rise(limited, this.#heap.length);
    if (limited.dueMs >= this.#timerMs) return;
    try {
      this.#arm(nowMs);
    } catch (thrown) {
      this.remove(limited);
      throw thrown;
    }
  }

  remove(limited: Limited): void {
    const { place } = limited;
    if (place < 0) return;
    limited.place = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== limited) {
      this.#sink(last, place);
      this.#rise(last, last.place);
    }
    // A timer that is too early is armed again when it fires.
    if (this.#heap.length === 0) this.#disarm();
  }

  /** @throws what the clock throws; the timer that was set before is left. */
  #arm(nowMs: number): void {
    const [earliest] = this.#heap;
    if (earliest === undefined) return this.#disarm();
    const { dueMs } = earliest;
    const cancel = this.#clock.setTimer(Math.ceil(dueMs - nowMs), () => this.#fire(dueMs));
    this.#cancelTimer?.();
    this.#cancelTimer = cancel;
    this.#timerMs = dueMs;
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerMs = Number.POSITIVE_INFINITY;
  }

  #fire(timerMs: number): void {
    try {
      // A timer that fires is believed: the clock's time of day may not advance, or be set back.
      const nowMs = Math.max(timerMs, this.#steady.read(this.#clock.nowMs()));
      for (let [due] = this.#heap; due !== undefined && due.dueMs <= nowMs; [due] = this.#heap) {
        this.remove(due);
        due.onTimeLimit();
      }
      this.#arm(nowMs);
    } catch (thrown) {
      for (const limited of this.#heap.splice(0)) {
        limited.place = -1;
        limited.onClockFault(thrown);
      }
      this.#disarm();
    }
  }

  /** Puts it at this place or nearer to the root. */
  #rise(limited: Limited, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.dueMs <= limited.dueMs) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(limited, place);
  }

  /** Puts it at this place or farther from the root. */
  #sink(limited: Limited, from: number): void {
    let place = from;
    for (;;) {
      const child = this.#earlierChild(place);
      if (child === undefined || child.dueMs >= limited.dueMs) break;
      const below = child.place;
      this.#put(child, place);
      place = below;
    }
    this.#put(limited, place);
  }

  #earlierChild(place: number): Limited | undefined {
    const left = this.#heap[2 * place + 1];
    const right = this.#heap[2 * place + 2];
    if (left === undefined || right === undefined) return left;
    return right.dueMs < left.dueMs ? right : left;
  }

  #put(limited: Limited, place: number): void {
    this.#heap[place] = limited;
    limited.place = place;
  }
}
