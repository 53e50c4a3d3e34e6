/**
 * Also the budget of a turn in which nothing else happens. Enough for what one connection usually sends at once: a
 * call that waits for the next turn costs 10 to 30 µs more.
 */
const MIN_MS = 1.4;
/** Bounds the time for which signatures hold up everything else. The last one of a turn may overrun it. */
const MAX_MS = 4.8;

/**
 * The time for signatures in each turn of the event loop. They get as much as everything else took since the
 * turn before, which is half of the time, so that longer turns do not mean fewer signatures a second.
 */
export class TurnBudget {
  #budgetMs = MIN_MS;
  #spentMs = 0;
  #sinceMs = 0;
  #spentSinceMs = 0;

  get isLeft(): boolean {
    return this.#spentMs < this.#budgetMs;
  }

  /**
   * Everything else is measured from now on: since the end of a turn, or since the first signature after a time
   * without any.
   */
  begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#spentSinceMs = 0;
  }

  spend(ms: number): void {
    this.#spentMs += ms;
    this.#spentSinceMs += ms;
  }

  /** At the start of a turn for which nobody waits: the first turn of the next burst is short. */
  reset(): void {
    this.#budgetMs = MIN_MS;
    this.#spentMs = 0;
  }

  /** At the start of a turn for which calls wait. */
  renew(nowMs: number): void {
    const everythingElseMs = nowMs - this.#sinceMs - this.#spentSinceMs;
    this.#budgetMs = Math.min(MAX_MS, Math.max(MIN_MS, everythingElseMs));
    this.#spentMs = 0;
  }
}
