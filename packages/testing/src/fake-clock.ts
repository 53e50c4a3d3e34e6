// Imported, because a test may have replaced the global one.
import { setImmediate } from 'node:timers';
import type { Clock } from '@grpc-authn/core/authenticator';

interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

/** A clock that advances only when `advance` is called. */
export interface FakeClock extends Clock {
  /** Advances by this many milliseconds: fires the timers that are due, in order, and lets promises settle. */
  advance(ms: number): Promise<void>;
}

/**
 * Creates a clock for tests of code that waits.
 *
 * @param startMs milliseconds since the epoch, default now
 * @example
 * const clock = createFakeClock();
 * const authenticator = createJwksAuthenticator({ ...options, clock });
 * await clock.advance(3_600_000);
 */
export function createFakeClock(startMs: number = Date.now()): FakeClock {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  return {
    nowMs: () => nowMs,
    setTimer(ms, fire) {
      const timer = { atMs: nowMs + Math.max(0, ms || 0), fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let due = nextDue(timers, untilMs); due !== undefined; due = nextDue(timers, untilMs)) {
        timers.delete(due);
        nowMs = Math.max(nowMs, due.atMs);
        due.fire();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}

function nextDue(timers: ReadonlySet<Timer>, untilMs: number): Timer | undefined {
  let next: Timer | undefined;
  for (const timer of timers) {
    if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer;
  }
  return next;
}

/** Waits one turn of the event loop, in which all pending promise callbacks run. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
