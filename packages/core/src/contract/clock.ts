import { checkFunction, wrongOption, describeValue } from '../errors/option-checks.ts';

/** The source of time for everything that reads it or waits, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls `fire` once, after at least `ms` or the clock's longest wait. Returns a function that cancels. */
  setTimer(ms: number, fire: () => void): () => void;
}

/** About 24.8 days. setTimeout fires immediately for anything longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real clock. Its timers do not keep the process alive. */
export const systemClock: Clock = Object.freeze({
  nowMs: () => Date.now(),
  setTimer(ms: number, fire: () => void): () => void {
    const timer = setTimeout(fire, Math.min(ms, MAX_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
});

export function checkClock(clock: Clock | undefined): Clock {
  if (clock === undefined) return systemClock;
  if (typeof clock !== 'object' || clock === null) {
    throw wrongOption('clock', describeValue(clock), 'an object with nowMs and setTimer');
  }
  for (const method of ['nowMs', 'setTimer'] as const) {
    if (clock[method] === undefined) throw wrongOption(`clock.${method}`, 'nothing', 'a function');
    checkFunction(`clock.${method}`, clock[method]);
  }
  return clock;
}
