import { AuthError } from '../errors/auth-error.ts';

/**
 * The same answer, or `unavailable` (reason `timeout`) as soon as the signal is aborted: who has left
 * waits for no provider. What was asked goes on, for others may wait for it too.
 */
export function untilAborted<T>(
  promised: PromiseLike<T>,
  signal: AbortSignal,
): Promise<T | AuthError> {
  return race<T | AuthError>(promised, signal, (resolve) => {
    resolve(new AuthError('unavailable', 'timeout'));
  });
}

/** As untilAborted, but that it rejects with the signal's reason. */
export function orAborted<T>(promised: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return race(promised, signal, (_, reject) => reject(signal.reason as Error));
}

function race<T>(
  promised: PromiseLike<T>,
  signal: AbortSignal,
  leave: (resolve: (answer: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = (): void => leave(resolve, reject);
    const settled = (): void => signal.removeEventListener('abort', left);
    signal.addEventListener('abort', left);
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
    if (signal.aborted) left();
  });
}
