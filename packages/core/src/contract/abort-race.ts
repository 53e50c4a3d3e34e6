import { AuthError } from '../errors/auth-error.ts';

/**
 * The promise's answer, or `unavailable` (reason `timeout`) as soon as the signal is aborted. The work
 * behind the promise continues: other calls may wait for it too.
 */
export function unavailableOnAbort<T>(
  promised: PromiseLike<T>,
  signal: AbortSignal,
): Promise<T | AuthError> {
  return raceWithAbort<T | AuthError>(promised, signal, (resolve) => {
    resolve(new AuthError('unavailable', 'timeout'));
  });
}

/** The promise's answer; rejects with the signal's reason as soon as it is aborted. */
export function rejectOnAbort<T>(promised: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return raceWithAbort(promised, signal, (_, reject) => reject(signal.reason as Error));
}

/** Settles like `promised`, unless the signal is aborted first: then `onAbort` settles it. */
export function raceWithAbort<T>(
  promised: PromiseLike<T>,
  signal: AbortSignal,
  onAbort: (resolve: (answer: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => onAbort(resolve, reject);
    const removeListener = (): void => signal.removeEventListener('abort', aborted);
    signal.addEventListener('abort', aborted);
    promised.then(
      (answer) => {
        removeListener();
        resolve(answer);
      },
      (error: unknown) => {
        removeListener();
        reject(error);
      },
    );
    if (signal.aborted) aborted();
  });
}
