/** So many at once, and then one each interval. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #refillMs: number;
  #tokens: number;
  #filledMs: number;

  constructor(capacity: number, refillMs: number, nowMs: number) {
    this.#capacity = capacity;
    this.#refillMs = refillMs;
    this.#tokens = capacity;
    this.#filledMs = nowMs;
  }

  /** Takes one where there is one. */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens === 0) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until there is one. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens > 0 ? 0 : this.#filledMs + this.#refillMs - nowMs;
  }

  #fill(nowMs: number): void {
    // A clock that was set back must not keep the bucket empty.
    if (nowMs < this.#filledMs) this.#filledMs = nowMs;
    const came = Math.floor((nowMs - this.#filledMs) / this.#refillMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + came);
    this.#filledMs =
      this.#tokens === this.#capacity ? nowMs : this.#filledMs + came * this.#refillMs;
  }
}
