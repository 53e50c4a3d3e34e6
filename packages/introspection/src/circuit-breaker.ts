import { hash } from 'node:crypto';
import { type AuthEvent, AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { rejectOnAbort } from '@grpc-authn/core/internal';
import { ProviderError } from '@grpc-authn/provider';

/** Requests for this many different tokens must fail in a row before the circuit opens. */
const MAX_FAILURES = 5;
/** How long it stays open. */
const OPEN_MS = 5000;

/** A request about one token. */
export interface Question<T> {
  readonly token: string;
  /** Sends it, with a time limit of its own. */
  ask(): Promise<T>;
}

/**
 * Stops requests to a provider that does not answer. An answer about one token never counts as a failure,
 * and neither do many failures of one token: otherwise one caller could shut out all others. A caller that
 * disconnects changes nothing, because its question runs to its end.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #report: (event: Omit<AuthEvent, 'authenticator'>) => void;
  /** Digests of the tokens whose requests failed since the last success. */
  readonly #failedTokens = new Set<string>();
  #open = false;
  #retryAtMs = 0;
  /** Half-open: one request is sent, and the others wait for its result. */
  #probe: Promise<void> | undefined;
  /** Until a success: a probe that fails for another reason closes the circuit, but is no recovery. */
  #outage = false;

  constructor(clock: Clock, report: (event: Omit<AuthEvent, 'authenticator'>) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /**
   * @param waiting ends the wait for the result of a probe.
   * @throws AuthError `unavailable` while the circuit is open.
   */
  async run<T>(question: Question<T>, waiting: AbortSignal): Promise<T> {
    while (this.#probe !== undefined) await rejectOnAbort(this.#probe, waiting);
    if (!this.#open) return this.#ask(question, false);
    const retryAfterMs = this.#retryAtMs - this.#clock.nowMs();
    if (retryAfterMs > 0) throw new AuthError('unavailable', 'introspection', { retryAfterMs });
    const asked = this.#ask(question, true);
    const probed = (): void => {
      this.#probe = undefined;
    };
    this.#probe = asked.then(probed, probed);
    return asked;
  }

  async #ask<T>(question: Question<T>, isProbe: boolean): Promise<T> {
    try {
      const answer = await question.ask();
      this.#succeeded(isProbe);
      return answer;
    } catch (error) {
      if (isOutage(error)) this.#failed(question.token, error, isProbe);
      else if (isProbe) this.#open = false;
      throw error;
    }
  }

  #succeeded(isProbe: boolean): void {
    // Sent before the circuit opened: it does not show that the provider works now.
    if (this.#open && !isProbe) return;
    this.#open = false;
    this.#failedTokens.clear();
    if (this.#outage) this.#report({ type: 'introspection_recovered' });
    this.#outage = false;
  }

  #failed(token: string, error: ProviderError, isProbe: boolean): void {
    if (!isProbe && (this.#open || !this.#reachesLimit(token))) return;
    this.#open = true;
    this.#outage = true;
    this.#retryAtMs = this.#clock.nowMs() + OPEN_MS;
    this.#report({ type: 'introspection_unavailable', error, detail: { restMs: OPEN_MS } });
  }

  /** Counts a token once. True if enough tokens have failed. */
  #reachesLimit(token: string): boolean {
    const digest = hash('sha256', token, 'base64url');
    if (this.#failedTokens.has(digest)) return false;
    if (this.#failedTokens.size < MAX_FAILURES) this.#failedTokens.add(digest);
    return this.#failedTokens.size === MAX_FAILURES;
  }
}

function isOutage(error: unknown): error is ProviderError {
  if (!(error instanceof ProviderError)) return false;
  const { problem, status = 0 } = error;
  if (problem === 'status') return status === 429 || status >= 500;
  return problem === 'connection' || problem === 'timeout';
}
