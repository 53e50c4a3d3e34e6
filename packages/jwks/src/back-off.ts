const FIRST_MS = 2000;
const FACTOR = 3;
const LONGEST_MS = 60_000;

/** When a provider that is down is asked again: after 2, 6, 18, 54, 60 s, give or take a fifth. */
export class BackOff {
  #failures = 0;
  #nextMs = 0;

  /** How long to wait still, in milliseconds; 0 where it may be asked now. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#nextMs - nowMs);
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** The wait that follows this failure; longer where the provider asks for it. */
  failed(nowMs: number, askedMs = 0): number {
    const plain = Math.min(FIRST_MS * FACTOR ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    // Many servers that lost one provider must not come back to it all at once.
    const waitMs = Math.max(plain * (0.8 + 0.4 * Math.random()), Math.min(askedMs, 5 * LONGEST_MS));
    this.#nextMs = nowMs + waitMs;
    return waitMs;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#nextMs = 0;
  }
}
