import type { Clock } from '../contract/clock.ts';
import type { Principal } from '../contract/principal.ts';
import { checkNumber, checkOneOf, checkOptionNames } from '../errors/option-checks.ts';

/** When a streaming call ends after its token has expired. */
export interface StreamOptions {
  /** Default 'end': a stream does not outlive its token. */
  readonly atExpiry?: 'end' | 'ignore';
  /** Seconds after the expiry, 0 to 3600; default 5. */
  readonly graceSeconds?: number;
  /** Longest random extra delay in seconds, so that streams end at different times, 0 to 3600; default 0. */
  readonly jitterSeconds?: number;
  /** Seconds a stream may last if the token has no expiry, 1 to 86,400; default 3600. */
  readonly maxSeconds?: number;
}

export interface StreamSettings {
  readonly endAtExpiry: boolean;
  readonly graceMs: number;
  readonly jitterMs: number;
  readonly maxMs: number;
}

export function readStreamOptions(options: StreamOptions = {}): StreamSettings {
  checkOptionNames('streams', options, ['atExpiry', 'graceSeconds', 'jitterSeconds', 'maxSeconds']);
  checkOneOf('streams.atExpiry', options.atExpiry, ['end', 'ignore']);
  const seconds = (
    name: 'graceSeconds' | 'jitterSeconds' | 'maxSeconds',
    range: { readonly default: number; readonly min: number; readonly max: number },
  ): number => checkNumber(`streams.${name}`, options[name], range) * 1000;
  return {
    endAtExpiry: options.atExpiry !== 'ignore',
    graceMs: seconds('graceSeconds', { default: 5, min: 0, max: 3600 }),
    jitterMs: seconds('jitterSeconds', { default: 0, min: 0, max: 3600 }),
    maxMs: seconds('maxSeconds', { default: 3600, min: 1, max: 86_400 }),
  };
}

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
