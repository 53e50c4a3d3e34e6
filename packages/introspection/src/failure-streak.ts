import { hash } from 'node:crypto';

/** So many different tokens must fail in a row. */
const MAX_FAILURES = 5;
/** A burst of tokens that break the provider is shorter; other callers get answers meanwhile. */
const MIN_SERVER_ERRORS_MS = 1000;

/** The failures since the provider's last answer about any token. Tokens are stored as digests. */
export class FailureStreak {
  readonly #unanswered = new Set<string>();
  readonly #serverErrors = new Set<string>();
  /** Whose tokens got a 5xx: one peer, or two of many. */
  readonly #peers = new Set<string>();
  #serverErrorsSinceMs = 0;

  /** There was no usable answer. True if enough tokens have failed. */
  addOutage(token: string): boolean {
    return add(this.#unanswered, token) && this.#unanswered.size === MAX_FAILURES;
  }

  /**
   * The answer was a 5xx, which one token may cause. Returns whose questions must rest: those of the peer
   * if it is the only one with such answers, or all.
   */
  addServerError(token: string, peer: string, nowMs: number): 'peer' | 'all' | undefined {
    if (this.#serverErrors.size === 0) this.#serverErrorsSinceMs = nowMs;
    if (!add(this.#serverErrors, token)) return undefined;
    if (this.#peers.size < 2) this.#peers.add(peer);
    if (this.#serverErrors.size < MAX_FAILURES) return undefined;
    if (nowMs - this.#serverErrorsSinceMs < MIN_SERVER_ERRORS_MS) return undefined;
    return this.#peers.size > 1 ? 'all' : 'peer';
  }

  clear(): void {
    this.#unanswered.clear();
    this.#serverErrors.clear();
    this.#peers.clear();
  }
}

/** Counts a token once. False for a token that is among the counted ones. */
function add(tokens: Set<string>, token: string): boolean {
  const digest = hash('sha256', token, 'base64url');
  if (tokens.has(digest)) return false;
  if (tokens.size < MAX_FAILURES) tokens.add(digest);
  return true;
}
