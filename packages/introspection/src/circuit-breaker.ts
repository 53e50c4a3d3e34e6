import { hash } from 'node:crypto';
import type { AuthEvent, Clock } from '@grpc-authn/core/authenticator';
import { type QueueKeys, SteadyTime } from '@grpc-authn/core/internal';
import { ProviderError } from '@grpc-authn/provider';
import { ConnectionKeys } from './connection-keys.ts';
import { FailureStreak } from './failure-streak.ts';
import { Rests } from './rests.ts';

/** How long the circuit stays open, and a connection rests, if the provider does not ask for more. */
const OPEN_MS = 5000;

/** Whose turn a question takes, and the token that it is about. */
export interface Turn {
  readonly token: string;
  readonly call: QueueKeys;
}

/**
 * Stops requests to a provider that does not answer. One caller must not shut out all others: an answer
 * about one token never counts as a failure, many failures of one token count once, and a 5xx stops only
 * the connection of its caller, until the provider answers anybody. A caller that disconnects changes nothing.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #steady: SteadyTime;
  readonly #report: (event: Omit<AuthEvent, 'authenticator'>) => void;
  readonly #failures = new FailureStreak();
  readonly #connectionKeys = new ConnectionKeys();
  /** Connections that got a 5xx while the provider was suspected of an outage. */
  readonly #connections = new Rests();
  /** Tokens about which the provider asked for a rest, by digest. */
  readonly #tokens = new Rests();
  /** Until then a single 5xx is enough for a connection to rest. */
  #suspectUntilMs = 0;
  #open = false;
  #retryAtMs = 0;
  /** Half-open: one request is sent, and the others wait for its result. */
  #probing = false;
  /** Until a success: a probe that fails for another reason closes the circuit, but is no recovery. */
  #outage = false;

  constructor(clock: Clock, report: (event: Omit<AuthEvent, 'authenticator'>) => void) {
    this.#clock = clock;
    this.#steady = new SteadyTime(clock);
    this.#report = report;
  }

  /** Nothing is sent before `run` has settled: its result decides about all. */
  get isProbing(): boolean {
    return this.#probing;
  }

  /** Nothing is sent for a while, whatever the token. */
  get isOpen(): boolean {
    return this.#open && !this.#probing && this.#nowMs() < this.#retryAtMs;
  }

  /** Milliseconds before the question may be sent, 0 for now. */
  restMs({ token, call }: Turn): number {
    const nowMs = this.#nowMs();
    return Math.max(
      this.isOpen ? this.#retryAtMs - nowMs : 0,
      this.#tokens.isEmpty ? 0 : this.#tokens.remainingMs(digestOf(token), nowMs),
      this.#connections.isEmpty
        ? 0
        : this.#connections.remainingMs(this.#connectionKeys.keyOf(call), nowMs),
    );
  }

  /** Sends a question that may be sent now. */
  async run<T>(turn: Turn, ask: () => Promise<T>): Promise<T> {
    const isProbe = this.#open;
    if (isProbe) this.#probing = true;
    try {
      const answer = await ask();
      this.#succeeded(isProbe);
      return answer;
    } catch (error) {
      // What is no outage, and a 5xx, may be about this token: the next calls show more.
      if (isProbe && !isOutage(error)) this.#open = false;
      if (isOutage(error)) this.#failed(turn, error, isProbe);
      else if (isServerError(error)) this.#brokenBy(turn, error);
      throw error;
    } finally {
      if (isProbe) this.#probing = false;
    }
  }

  #succeeded(isProbe: boolean): void {
    // Sent before the circuit opened: it does not show that the provider works now.
    if (this.#open && !isProbe) return;
    this.#open = false;
    this.#suspectUntilMs = 0;
    this.#connections.clear();
    this.#failures.answered(this.#nowMs());
    if (this.#outage) this.#report({ type: 'introspection_recovered' });
    this.#outage = false;
  }

  #failed({ token }: Turn, error: ProviderError, isProbe: boolean): void {
    if (this.#open && !isProbe) return;
    // 429 is about our client, whatever the token: the provider says when it may be asked again.
    const { retryAfterMs = 0 } = error;
    if (!isProbe && retryAfterMs === 0 && !this.#failures.addOutage(digestOf(token))) return;
    const restMs = retryAfterMs > 0 ? retryAfterMs : OPEN_MS;
    this.#open = true;
    this.#failures.clear();
    this.#retryAtMs = this.#nowMs() + restMs;
    this.#began(error, restMs);
  }

  #brokenBy({ token, call }: Turn, error: ProviderError): void {
    const nowMs = this.#nowMs();
    const { retryAfterMs = 0 } = error;
    const digest = digestOf(token);
    if (retryAfterMs > 0) this.#tokens.begin(digest, nowMs + retryAfterMs);
    if (this.#open) return;
    const isSuspect = nowMs < this.#suspectUntilMs;
    if (!isSuspect && !this.#failures.addServerError(digest, retryAfterMs > 0, nowMs)) return;
    const restMs = retryAfterMs > 0 ? retryAfterMs : OPEN_MS;
    this.#connections.begin(this.#connectionKeys.keyOf(call), nowMs + restMs);
    this.#suspectUntilMs = Math.max(this.#suspectUntilMs, nowMs + restMs);
    if (isSuspect) return;
    this.#failures.clear();
    this.#began(error, restMs);
  }

  #began(error: ProviderError, restMs: number): void {
    this.#outage = true;
    this.#report({ type: 'introspection_unavailable', error, detail: { restMs } });
  }

  #nowMs(): number {
    return this.#steady.read(this.#clock.nowMs());
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
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
