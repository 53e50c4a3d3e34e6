/** A successful renewal is followed by the next after this time at the earliest, whatever the token says. */
const MIN_INTERVAL_MS = 10_000;
const MAX_INTERVAL_MS = 300_000;
/** After a failure. It doubles up to the maximum. */
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** So many new tokens may be refused in a row before renewals slow down. */
const MAX_REFUSALS = 3;

/** When the next token may be requested. */
export class Pace {
  #sinceMs = Number.NEGATIVE_INFINITY;
  #restMs = 0;
  #restAfterRefusalMs = 0;
  #failures = 0;
  #refusals = 0;

  /**
   * Milliseconds until the next request is allowed; 0 or less: now. `isRefused`: a server refused the token, and
   * nothing else requires a new one.
   */
  remainingMs(nowMs: number, isRefused = false): number {
    // The clock went back: the rest starts again, so that it ends.
    this.#sinceMs = Math.min(this.#sinceMs, nowMs);
    return this.#sinceMs + (isRefused ? this.#restAfterRefusalMs : this.#restMs) - nowMs;
  }

  succeeded(nowMs: number): void {
    this.#failures = 0;
    this.#sinceMs = nowMs;
    this.#restMs = MIN_INTERVAL_MS;
    const excess = Math.max(0, this.#refusals + 1 - MAX_REFUSALS);
    this.#restAfterRefusalMs = Math.min(MIN_INTERVAL_MS * 2 ** excess, MAX_INTERVAL_MS);
  }

  /** `retryAfterMs`: the provider asks for this rest. Varied, so that clients do not all ask at once. */
  failed(nowMs: number, retryAfterMs: unknown): void {
    const backOffMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, MAX_RETRY_MS);
    const askedMs =
      typeof retryAfterMs === 'number' && retryAfterMs > 0
        ? Math.min(retryAfterMs, MAX_RETRY_MS)
        : 0;
    this.#failures += 1;
    this.#sinceMs = nowMs;
    this.#restMs = Math.max(
      askedMs,
      Math.min(backOffMs * (0.8 + 0.4 * Math.random()), MAX_RETRY_MS),
    );
    this.#restAfterRefusalMs = this.#restMs;
  }

  /** A server refused the newest token. One that was good for a while has expired, or was revoked. */
  refused(ageMs: number): void {
    if (ageMs < MIN_INTERVAL_MS) this.#refusals += 1;
    else this.#refusals = 0;
  }

  /** The newest token was used until its renewal. */
  accepted(): void {
    this.#refusals = 0;
  }
}
