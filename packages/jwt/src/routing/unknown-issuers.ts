/** A new tenant is accepted this much later if its issuer was asked for too early, by anyone. */
const MAX_AGE_MS = 10_000;
const MAX_ISSUERS = 1000;

/** Issuers that are not trusted, for a short time: a flood of their tokens does not ask for them each time. */
export class UnknownIssuers {
  readonly #untilMs = new Map<string, number>();

  has(issuer: string, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(issuer);
    // A clock that was set back must not make it last longer.
    return untilMs !== undefined && nowMs < untilMs && nowMs >= untilMs - MAX_AGE_MS;
  }

  add(issuer: string, nowMs: number): void {
    this.#untilMs.delete(issuer);
    this.#untilMs.set(issuer, nowMs + MAX_AGE_MS);
    if (this.#untilMs.size <= MAX_ISSUERS) return;
    for (const oldest of this.#untilMs.keys()) {
      this.#untilMs.delete(oldest);
      return;
    }
  }
}
