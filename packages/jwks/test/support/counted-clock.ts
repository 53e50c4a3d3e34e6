import { createFakeClock, type FakeClock } from '@grpc-authn/testing';

export interface CountedClock extends FakeClock {
  /** Timers that are set. */
  readonly waiting: number;
}

/** A fake clock that counts its timers. */
export function createCountedClock(): CountedClock {
  const clock = createFakeClock();
  const waiting = new Set<symbol>();
  return {
    get waiting() {
      return waiting.size;
    },
    nowMs: () => clock.nowMs(),
    advance: (ms) => clock.advance(ms),
    setTimer(ms, fire) {
      const timer = Symbol('timer');
      waiting.add(timer);
      const cancel = clock.setTimer(ms, () => {
        waiting.delete(timer);
        fire();
      });
      return () => {
        waiting.delete(timer);
        cancel();
      };
    },
  };
}
