import { type AuthEvent, AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { rejectOnAbort } from '@grpc-authn/core/internal';
import { ProviderError } from '@grpc-authn/provider';
import { FailureStreak } from './failure-streak.ts';
import { PeerRests } from './peer-rests.ts';

/** How long the circuit stays open, and a peer rests, if the provider does not ask for more. */
const OPEN_MS = 5000;

/** A request about one token. */
export interface Question<T> {
  readonly token: string;
  /** The sender of the token. */
  readonly peer: string;
  /** Sends it, with a time limit of its own. */
  ask(): Promise<T>;
}

/**
 * Stops requests to a provider that does not answer. One caller must not shut out all others: an answer
 * about one token never counts as a failure, many failures of one token count once, and a 5xx stops only
 * the peer of the token unless several peers get nothing else. A caller that disconnects changes nothing.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #report: (event: Omit<AuthEvent, 'authenticator'>) => void;
  readonly #failures = new FailureStreak();
  readonly #rests = new PeerRests();
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
   * @throws AuthError `unavailable` while the circuit is open, or the peer rests.
   */
  async run<T>(question: Question<T>, waiting: AbortSignal): Promise<T> {
    while (this.#probe !== undefined) await rejectOnAbort(this.#probe, waiting);
    const nowMs = this.#clock.nowMs();
    const openMs = this.#open ? this.#retryAtMs - nowMs : 0;
    const retryAfterMs = Math.max(openMs, this.#rests.remainingMs(question.peer, nowMs));
    if (retryAfterMs > 0) throw new AuthError('unavailable', 'introspection', { retryAfterMs });
    if (!this.#open) return this.#ask(question, false);
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
      // What is no outage, and a 5xx, may be about this token: the next calls show more.
      if (isProbe && !isOutage(error)) this.#open = false;
      if (isOutage(error)) this.#failed(question, error, isProbe);
      else if (isServerError(error)) this.#brokenBy(question, error);
      throw error;
    }
  }

  #succeeded(isProbe: boolean): void {
    // Sent before the circuit opened: it does not show that the provider works now.
    if (this.#open && !isProbe) return;
    this.#open = false;
    this.#failures.clear();
    if (this.#outage) this.#report({ type: 'introspection_recovered' });
    this.#outage = false;
  }

  #failed({ token }: Question<unknown>, error: ProviderError, isProbe: boolean): void {
    if (this.#open && !isProbe) return;
    // 429 is about our client, whatever the token: the provider says when it may be asked again.
    const { retryAfterMs = 0 } = error;
    if (isProbe || retryAfterMs > 0 || this.#failures.addOutage(token)) {
      this.#openFor(retryAfterMs > 0 ? retryAfterMs : OPEN_MS, error);
    }
  }

  #brokenBy({ token, peer }: Question<unknown>, error: ProviderError): void {
    const nowMs = this.#clock.nowMs();
    // Sent before that.
    if (this.#open || this.#rests.remainingMs(peer, nowMs) > 0) return;
    const { retryAfterMs = 0 } = error;
    const resting = this.#failures.addServerError(token, peer, nowMs);
    const restMs = Math.max(retryAfterMs, resting === undefined ? 0 : OPEN_MS);
    if (resting === 'all') return this.#openFor(restMs, error);
    if (restMs === 0) return;
    this.#rests.rest(peer, nowMs + restMs);
    if (resting === 'peer') this.#failures.clear();
    this.#began(error, restMs);
  }

  #openFor(restMs: number, error: ProviderError): void {
    this.#open = true;
    this.#failures.clear();
    this.#retryAtMs = this.#clock.nowMs() + restMs;
    this.#began(error, restMs);
  }

  #began(error: ProviderError, restMs: number): void {
    this.#outage = true;
    this.#report({ type: 'introspection_unavailable', error, detail: { restMs } });
  }
}

/** Not about one token: there was no answer, none that can be read, or a limit of requests (429). */
function isOutage(error: unknown): error is ProviderError {
  if (!(error instanceof ProviderError)) return false;
  const { problem, status } = error;
  return (
    (problem === 'status' && status === 429) ||
    problem === 'connection' ||
    problem === 'timeout' ||
    problem === 'content' ||
    problem === 'too_large'
  );
}

function isServerError(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.problem === 'status' && (error.status ?? 0) >= 500;
}
