import { type AuthEvent, AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { ProviderError } from '@grpc-authn/provider';
import { CircuitBreaker, type Question } from './circuit-breaker.ts';
import { Semaphore } from './semaphore.ts';

/** Requests that may wait for one of the `maxConcurrent` places. */
const MAX_WAITING = 1024;

/**
 * Protects the provider, and the callers from its outages: a limit of concurrent requests, a circuit
 * breaker, and `timeoutMs`, which limits the wait for a free place plus the request. Discovery has its own
 * limit.
 */
export class ProviderGuard {
  readonly #timeoutMs: number;
  readonly #places: Semaphore;
  readonly #breaker: CircuitBreaker;

  constructor(
    options: { readonly maxConcurrent: number; readonly timeoutMs: number; readonly clock: Clock },
    report: (event: Omit<AuthEvent, 'authenticator'>) => void,
  ) {
    this.#timeoutMs = options.timeoutMs;
    this.#places = new Semaphore(options.maxConcurrent, MAX_WAITING);
    this.#breaker = new CircuitBreaker(options.clock, report);
  }

  /**
   * @param shown the request as an operator sees it: method, origin and path.
   * @throws AuthError `unavailable`
   */
  async ask<T>(question: Question<T>, shown: string): Promise<T> {
    const ending = new AbortController();
    const { signal } = ending;
    const left = (): void => ending.abort(new AuthError('unavailable', 'timeout'));
    const limit = setTimeout(() => ending.abort(this.#noAnswer(shown)), this.#timeoutMs);
    question.signal.addEventListener('abort', left, { once: true });
    if (question.signal.aborted) left();
    try {
      return await this.#places.run(signal, () => this.#breaker.run(question, signal));
    } catch (error) {
      throw toUnavailable(error);
    } finally {
      clearTimeout(limit);
      question.signal.removeEventListener('abort', left);
    }
  }

  #noAnswer(shown: string): ProviderError {
    return new ProviderError('timeout', `${shown}: no answer in ${this.#timeoutMs} ms`);
  }
}

/** `unavailable` for a ProviderError; any other error as it is. */
export function toUnavailable(error: unknown): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { retryAfterMs = 1000 } = error;
  return new AuthError('unavailable', 'introspection', { retryAfterMs, cause: error });
}
