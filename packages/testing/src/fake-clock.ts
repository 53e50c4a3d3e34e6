// Not the global one, which a test may have replaced.
import { setImmediate } from 'node:timers';
import type { Clock } from '@grpc-authn/core/authenticator';

interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

/** A clock that stands until it is told to go on. */
export interface FakeClock extends Clock {
  /** Goes on by so many milliseconds, fires the timers that fall due, in order, and lets promises settle. */
  advance(ms: number): Promise<void>;
}

/**
 * A clock for tests of whatever waits.
 *
 * @param startMs milliseconds since the epoch; now, unless said
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

/** One turn of the event loop: everything that only waits for promises has settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
