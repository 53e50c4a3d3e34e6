import { isPromiseLike } from './is-promise-like.ts';

/**
 * Calls a user's function with an event. What it throws, or what its promise rejects with, is ignored:
 * a report that fails must end neither a call nor the process.
 */
export function notify<E>(listener: ((event: E) => void) | undefined, event: E): void {
  try {
    const returned: unknown = listener?.(event);
    if (isPromiseLike(returned)) returned.then(undefined, () => undefined);
  } catch {
    // See above.
  }
}
