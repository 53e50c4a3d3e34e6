import type { Clock } from '../contract/clock.ts';
import type { Principal } from '../contract/principal.ts';
import type { StreamSettings } from './stream-options.ts';

/** Timers do not run while the machine sleeps, so the clock is read again after this time. */
const MAX_TIMER_MS = 60_000;

/** When the stream of this caller ends, in milliseconds since the epoch. */
export function endOfStream(
  principal: Principal<object>,
  { graceMs, jitterMs, maxMs }: StreamSettings,
  nowMs: number,
): number {
  const { expiresAtEpochSeconds } = principal;
  const endMs =
    expiresAtEpochSeconds === undefined ? nowMs + maxMs : expiresAtEpochSeconds * 1000 + graceMs;
  return endMs + jitterMs * Math.random();
}

/** Calls `end` once at `endMs` by the clock, however late or early a timer fires. Returns a function that cancels. */
export function endAt(endMs: number, clock: Clock, end: () => void): () => void {
  let cancel = (): void => undefined;
  const arm = (): void => {
    const waitMs = endMs - clock.nowMs();
    if (waitMs <= 0) return end();
    cancel = clock.setTimer(Math.min(waitMs, MAX_TIMER_MS), arm);
  };
  arm();
  return () => cancel();
}
