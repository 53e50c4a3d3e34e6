import type { Clock } from '@grpc-authn/core/authenticator';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';

export interface CountingClock extends FakeClock {
  /** Timers that were set so far. */
  readonly timers: () => number;
  /** Timers that are neither cancelled nor over. */
  readonly pending: () => number;
}

/** A fake clock that counts timers. */
export function createCountingClock(startMs?: number): CountingClock {
  const fake = createFakeClock(startMs);
  const pending = new Set<object>();
  let timers = 0;
  const setTimer: Clock['setTimer'] = (ms, fire) => {
    const timer = {};
    timers += 1;
    pending.add(timer);
    const cancel = fake.setTimer(ms, () => {
      pending.delete(timer);
      fire();
    });
    return () => {
      pending.delete(timer);
      cancel();
    };
  };
  return {
    nowMs: () => fake.nowMs(),
    advance: (ms) => fake.advance(ms),
    setTimer,
    timers: () => timers,
    pending: () => pending.size,
  };
}
