const FIRST_MS = 2000;
const FACTOR = 3;
const MAX_MS = 60_000;
const MAX_RETRY_AFTER_MS = 300_000;

/** When to ask a provider again that is down: after 2, 6, 18, 54 and then every 60 s, each ± 20 %. */
export class BackOff {
  readonly #maxMs: number;
  #failures = 0;
  #nextMs = 0;

  constructor(maxMs: number = MAX_MS) {
    this.#maxMs = maxMs;
  }

  /** Milliseconds until the next attempt; 0 if it may begin now. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#nextMs - nowMs);
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Returns the delay after this failure. A longer `Retry-After` counts, up to five minutes. */
  failed(nowMs: number, retryAfterMs = 0): number {
    const delayMs = Math.min(FIRST_MS * FACTOR ** this.#failures, this.#maxMs);
    this.#failures += 1;
    // Without jitter, all servers that lost a provider would ask it again at the same moment.
    const jitteredMs = delayMs * (0.8 + 0.4 * Math.random());
    const waitMs = Math.max(jitteredMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
    this.#nextMs = nowMs + waitMs;
    return waitMs;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#nextMs = 0;
  }
}
