import { type AuthEvent, AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { ProviderError } from '@grpc-authn/provider';
import { CircuitBreaker } from './circuit-breaker.ts';
import { Semaphore } from './semaphore.ts';

/** Requests that may wait for one of the `maxConcurrent` places. */
const MAX_WAITING = 1024;

/** A question that is not sent yet. */
export interface WaitingQuestion<T> {
  readonly token: string;
  /** The sender of the token. */
  readonly peer: string;
  /** The caller's. A question that was not sent yet is dropped when it is aborted. */
  readonly signal: AbortSignal;
  /** Sends it. The signal is the question's own: no caller aborts it. */
  ask(signal: AbortSignal): Promise<T>;
}

/**
 * Protects the provider, and the callers from its outages: a limit of concurrent requests, a circuit
 * breaker, and two time limits: one for the wait for a place, one from the request to the answer. Discovery
 * has its own limit. A caller
 * that disconnects never aborts a request, because that would close its socket: a flood of aborted calls
 * would be a flood of new connections. The place is free when the request has ended.
 */
export class ProviderGuard {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #places: Semaphore;
  readonly #breaker: CircuitBreaker;

  constructor(
    options: { readonly maxConcurrent: number; readonly timeoutMs: number; readonly clock: Clock },
    report: (event: Omit<AuthEvent, 'authenticator'>) => void,
  ) {
    this.#timeoutMs = options.timeoutMs;
    this.#clock = options.clock;
    this.#places = new Semaphore(options.maxConcurrent, MAX_WAITING);
    this.#breaker = new CircuitBreaker(options.clock, report);
  }

  /**
   * @param shown the request as an operator sees it: method, origin and path.
   * @throws AuthError `unavailable`
   */
  async ask<T>(question: WaitingQuestion<T>, shown: string): Promise<T> {
    const waiting = new AbortController();
    const { token, peer, signal } = question;
    const left = (): void => waiting.abort(new AuthError('unavailable', 'timeout'));
    const cancelLimit = this.#limit(waiting, `${shown}: no place for the request`);
    signal.addEventListener('abort', left, { once: true });
    if (signal.aborted) left();
    const ask = (): Promise<T> => {
      cancelLimit();
      return this.#send(question, shown);
    };
    try {
      return await this.#places.run(waiting.signal, () =>
        this.#breaker.run({ token, peer, ask }, waiting.signal),
      );
    } catch (error) {
      throw toUnavailable(error);
    } finally {
      cancelLimit();
      signal.removeEventListener('abort', left);
    }
  }

  async #send<T>(question: WaitingQuestion<T>, shown: string): Promise<T> {
    const ending = new AbortController();
    const cancelLimit = this.#limit(ending, `${shown}: no answer`);
    try {
      return await question.ask(ending.signal);
    } finally {
      cancelLimit();
    }
  }

  #limit(controller: AbortController, what: string): () => void {
    return this.#clock.setTimer(this.#timeoutMs, () => {
      controller.abort(new ProviderError('timeout', `${what} in ${this.#timeoutMs} ms`));
    });
  }
}

/** `unavailable` for a ProviderError; any other error as it is. */
export function toUnavailable(error: unknown): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { retryAfterMs = 1000 } = error;
  return new AuthError('unavailable', 'introspection', { retryAfterMs, cause: error });
}
