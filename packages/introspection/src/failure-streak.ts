/** So many different tokens must fail in a row. */
const MAX_FAILURES = 5;
/** Within this time after another answer, a 5xx is about its token. */
const MIN_SERVER_ERRORS_MS = 1000;

/** The failures since the provider's last answer about any token. Tokens are passed as digests. */
export class FailureStreak {
  readonly #unanswered = new Set<string>();
  readonly #serverErrors = new Set<string>();
  #serverErrorsSinceMs = 0;
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  /** There was no usable answer. True if enough tokens have failed. */
  addOutage(token: string): boolean {
    return add(this.#unanswered, token) && this.#unanswered.size === MAX_FAILURES;
  }

  /**
   * The answer was a 5xx, which one token may cause. True if the provider seems to be down: it asked for a
   * rest, or enough tokens got a 5xx, and nothing else was answered for a second.
   */
  addServerError(token: string, asksForRest: boolean, nowMs: number): boolean {
    if (this.#serverErrors.size === 0) this.#serverErrorsSinceMs = nowMs;
    add(this.#serverErrors, token);
    if (asksForRest) return nowMs - this.#answeredAtMs >= MIN_SERVER_ERRORS_MS;
    return (
      this.#serverErrors.size === MAX_FAILURES &&
      nowMs - this.#serverErrorsSinceMs >= MIN_SERVER_ERRORS_MS
    );
  }

  answered(nowMs: number): void {
    this.#answeredAtMs = nowMs;
    this.clear();
  }

  /** Starts the counts again. */
  clear(): void {
    this.#unanswered.clear();
    this.#serverErrors.clear();
  }
}

/** Counts a token once. False for a token that is among the counted ones. */
function add(tokens: Set<string>, token: string): boolean {
  if (tokens.has(token)) return false;
  if (tokens.size < MAX_FAILURES) tokens.add(token);
  return true;
}
