import type { Clock } from '../contract/clock.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { GateContext } from './gate-context.ts';

export interface Wait<T> {
  readonly clock: Clock;
  readonly timeLimitMs: number;
  /** The answer of the promise; may wait for more, within the same time limit. */
  readonly conclude: (answer: unknown) => T | Promise<T>;
  /** The answer for a promise that rejects. */
  readonly faultOf: (thrown: unknown) => T;
  /** The answer when the time limit has passed, the call has ended, or it has lost its place. */
  readonly onAbort: (refusal: AuthError) => T;
  /** Called once, whatever the answer is. */
  readonly onSettled: () => void;
}

/** Waits for an authenticator's promise. Settles once, never rejects, and leaves no timer behind. */
export function waitFor<T>(
  promised: PromiseLike<unknown>,
  context: GateContext,
  wait: Wait<T>,
): Promise<T> {
  return new Promise((resolve) => {
    let settled = false;
    let cancelTimer = (): void => undefined;
    const settle = (answer: T): void => {
      if (settled) return;
      settled = true;
      cancelTimer();
      context.whenAborted(undefined);
      wait.onSettled();
      resolve(answer);
    };
    const stop = (refusal: AuthError = new AuthError('unavailable', 'timeout')): void =>
      settle(wait.onAbort(refusal));
    // First of all: a rejection without a listener would end the process. The promise of our own
    // catches what a misbehaving thenable throws.
    new Promise((answer) => {
      answer(promised);
    })
      .then(wait.conclude)
      .then(settle, (thrown: unknown) => settle(wait.faultOf(thrown)));
    if (context.aborted) return stop();
    context.whenAborted(stop);
    try {
      cancelTimer = wait.clock.setTimer(wait.timeLimitMs, () => {
        stop();
        context.abort(new Error('authentication took too long'));
      });
    } catch (thrown) {
      // A clock without timers: there would be no time limit.
      settle(wait.faultOf(thrown));
    }
  });
}
