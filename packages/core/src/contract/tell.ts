import type { AuthEvent } from './auth-event.ts';
import { isThenable } from './thenable.ts';

/**
 * Tells the operator's function. What it throws, now or later, is dropped: a report that fails must
 * cost neither a call nor the process, least of all during the outage that it should tell of.
 */
export function tell(report: ((event: AuthEvent) => void) | undefined, event: AuthEvent): void {
  try {
    const told: unknown = report?.(event);
    if (isThenable(told)) told.then(undefined, () => undefined);
  } catch {
    // As above, at once.
  }
}
