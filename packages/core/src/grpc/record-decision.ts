import { isPromiseLike } from '../contract/is-promise-like.ts';
import type { Decision } from './decision.ts';

/** An audit log that fails, now or later, must not decide calls, and there is nobody here to tell. */
export function recordDecision(onDecision: (decision: Decision) => void, decision: Decision): void {
  try {
    const told: unknown = onDecision(decision);
    if (isPromiseLike(told)) told.then(undefined, () => undefined);
  } catch {
    // As above.
  }
}
