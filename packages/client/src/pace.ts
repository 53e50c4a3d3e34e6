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
  #nextMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #refusals = 0;

  /** Milliseconds until the next request is allowed; 0 or less: now. */
  remainingMs(nowMs: number): number {
    return this.#nextMs - nowMs;
  }

  succeeded(nowMs: number): void {
    this.#failures = 0;
    const excess = Math.max(0, this.#refusals + 1 - MAX_REFUSALS);
    this.#nextMs = nowMs + Math.min(MIN_INTERVAL_MS * 2 ** excess, MAX_INTERVAL_MS);
  }

  /** `askedMs`: the provider asks for this rest. Varied, so that clients do not all ask at once. */
  failed(nowMs: number, askedMs = 0): void {
    const backOffMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, MAX_RETRY_MS);
    this.#failures += 1;
    this.#nextMs = nowMs + Math.max(askedMs, backOffMs * (0.8 + 0.4 * Math.random()));
  }

  /** A server refused the newest token. */
  refused(): void {
    this.#refusals += 1;
  }

  /** The newest token was used until its renewal. */
  accepted(): void {
    this.#refusals = 0;
  }
}
