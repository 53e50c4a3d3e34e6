/** At least this much must be left before the deadline, or there is no point in waiting. */
const MIN_REMAINING_MS = 20;
/** Time for the answer to reach the caller. */
const MAX_MARGIN_MS = 250;

/**
 * How long a decision may take: `timeoutMs`, and less than the caller's deadline, so that a provider
 * that hangs is reported as UNAVAILABLE instead of a cancellation. undefined if it may not wait at all.
 */
export function timeLimitOf(
  timeoutMs: number,
  deadlineEpochMs: number | undefined,
  nowMs: () => number,
): number | undefined {
  if (deadlineEpochMs === undefined || deadlineEpochMs === Number.POSITIVE_INFINITY) {
    return timeoutMs;
  }
  const remainingMs = deadlineEpochMs - nowMs();
  // The negation covers NaN, too.
  if (!(remainingMs >= MIN_REMAINING_MS)) return undefined;
  return Math.min(timeoutMs, remainingMs - Math.min(MAX_MARGIN_MS, remainingMs / 10));
}

/** True if a call that ended now ended because of its deadline. */
export function isDeadline(deadlineEpochMs: number | undefined, nowMs: number): boolean {
  return deadlineEpochMs !== undefined && nowMs >= deadlineEpochMs - MIN_REMAINING_MS;
}
