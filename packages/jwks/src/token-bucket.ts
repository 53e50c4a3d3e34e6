/** Allows a burst of `capacity`, then one for each interval of `refillMs`. */
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

  /** Takes a token; false if the bucket is empty. */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens === 0) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until the next token. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens > 0 ? 0 : this.#filledMs + this.#refillMs - nowMs;
  }

  #fill(nowMs: number): void {
    // A clock that was set back must not keep the bucket empty.
    if (nowMs < this.#filledMs) this.#filledMs = nowMs;
    const added = Math.floor((nowMs - this.#filledMs) / this.#refillMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + added);
    this.#filledMs =
      this.#tokens === this.#capacity ? nowMs : this.#filledMs + added * this.#refillMs;
  }
}
