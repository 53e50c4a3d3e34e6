import type { Clock } from '../contract/clock.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { GateContext } from './gate-context.ts';

/**
 * Waits for an authenticator's promise: the answer is the promise's, or `timeout` once the time limit
 * is over or the transport aborts, whichever is first. Exactly one, and never a rejection.
 */
export function waitFor<T>(
  promised: PromiseLike<unknown>,
  attempt: GateContext,
  limit: {
    readonly clock: Clock;
    readonly timeoutMs: number;
    readonly onSettled: () => void;
    /** The answer once the time limit is over; the refusal itself unless said. */
    readonly onLate?: (refusal: AuthError) => T | AuthError;
  },
  conclude: (answer: unknown) => T | Promise<T>,
  faultOf: (thrown: unknown) => T,
): Promise<T | AuthError> {
  return new Promise((resolve) => {
    let settled = false;
    let cleanUp = (): void => undefined;
    const settle = (decided: T | AuthError): void => {
      if (settled) return;
      settled = true;
      cleanUp();
      attempt.release();
      limit.onSettled();
      resolve(decided);
    };
    const onAbort = (): void => settle(new AuthError('unavailable', 'timeout'));
    // Before anything else: a rejection that nobody listens to would end the process. A promise of
    // its own catches what a strange thenable throws.
    new Promise((answer) => {
      answer(promised);
    })
      .then(conclude)
      .then(settle, (thrown: unknown) => settle(faultOf(thrown)));
    try {
      const { signal } = attempt;
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      const cancelTimer = limit.clock.setTimer(limit.timeoutMs, () => {
        const late = new AuthError('unavailable', 'timeout');
        settle(limit.onLate?.(late) ?? late);
        attempt.abort(new Error('authentication took too long'));
      });
      cleanUp = () => {
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
      };
    } catch (thrown) {
      // A transport without a signal, or a clock without timers: there would be no time limit.
      settle(faultOf(thrown));
    }
  });
}
