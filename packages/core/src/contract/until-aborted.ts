import { AuthError } from '../errors/auth-error.ts';

/**
 * The same answer, or `unavailable` (reason `timeout`) as soon as the signal is aborted: who has left
 * waits for no provider. What was asked goes on, for others may wait for it too.
 */
export function untilAborted<T>(
  promised: PromiseLike<T>,
  signal: AbortSignal,
): Promise<T | AuthError> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(new AuthError('unavailable', 'timeout'));
    const settled = (): void => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave, { once: true });
    promised.then(
      (answer) => {
        settled();
        resolve(answer);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
    if (signal.aborted) leave();
  });
}
