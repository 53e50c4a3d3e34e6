import { hash } from 'node:crypto';
import { AuthError, type AuthEvent, type Clock } from '@grpc-authn/core/authenticator';
import { ProviderError } from '@grpc-authn/http';
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  wrap,
} from 'cockatiel';

/** Questions about this many different tokens must fail in a row before the provider is given a rest. */
const MOST_FAILURES = 5;
const REST_MS = 5000;
/** Beyond the questions under way, so many wait for a place. */
const MOST_WAITING = 1024;

/**
 * Stands between us and the provider: so many questions at once, and none for a while when it does not
 * answer. An answer about one token never counts against it, whatever it says; nor do many failures of
 * one token, or any caller could shut the others out.
 */
export class ProviderGuard {
  readonly #clock: Clock;
  readonly #failedTokens = new Set<string>();
  readonly #policy;
  readonly #isTrying: () => boolean;
  #retryAtMs = 0;

  constructor(
    options: { readonly maxConcurrent: number; readonly clock: Clock },
    report: (event: Omit<AuthEvent, 'authenticator'>) => void,
  ) {
    this.#clock = options.clock;
    const breaker = circuitBreaker(
      handleWhen((error) => this.#counts(error)),
      { halfOpenAfter: REST_MS, breaker: new ConsecutiveBreaker(MOST_FAILURES) },
    );
    this.#isTrying = () => breaker.state === CircuitState.HalfOpen;
    breaker.onBreak((reason) => {
      this.#retryAtMs = this.#clock.nowMs() + REST_MS;
      const failure = 'error' in reason ? reason.error : undefined;
      const error = failure instanceof TokenFailure ? failure.problem : undefined;
      report({ type: 'introspection_unavailable', error, detail: { restMs: REST_MS } });
    });
    breaker.onReset(() => report({ type: 'introspection_recovered' }));
    this.#policy = wrap(breaker, bulkhead(options.maxConcurrent, MOST_WAITING));
  }

  /** @throws AuthError `unavailable` */
  async ask<T>(token: string, signal: AbortSignal, question: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.#policy.execute(async () => {
        try {
          return await question();
        } catch (error) {
          // Callers who leave say nothing about the provider, or they could shut the others out.
          if (isOutage(error) && (!signal.aborted || this.#isTrying())) {
            throw new TokenFailure(hash('sha256', token, 'base64url'), error);
          }
          throw error;
        }
      });
      this.#failedTokens.clear();
      return answer;
    } catch (error) {
      throw this.#toAuthError(error);
    }
  }

  /** While the provider is tried again, whatever is no answer leaves it at rest. */
  #counts(error: Error): boolean {
    if (error instanceof BulkheadRejectedError) return this.#isTrying();
    return error instanceof TokenFailure && (this.#isTrying() || this.#isAnother(error));
  }

  /** A token counts once, until the provider answers again. */
  #isAnother({ digest }: TokenFailure): boolean {
    if (this.#failedTokens.has(digest)) return false;
    if (this.#failedTokens.size >= MOST_FAILURES) this.#failedTokens.clear();
    this.#failedTokens.add(digest);
    return true;
  }

  #toAuthError(error: unknown): unknown {
    if (error instanceof BrokenCircuitError) {
      const retryAfterMs = Math.max(0, this.#retryAtMs - this.#clock.nowMs());
      return new AuthError('unavailable', 'introspection', { retryAfterMs });
    }
    if (error instanceof BulkheadRejectedError) {
      return new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 });
    }
    const problem = error instanceof TokenFailure ? error.problem : error;
    if (!(problem instanceof ProviderError)) return problem;
    const { retryAfterMs = 1000 } = problem;
    return new AuthError('unavailable', 'introspection', { retryAfterMs, cause: problem });
  }
}

/** A question that the provider did not answer. */
class TokenFailure extends Error {
  readonly digest: string;
  readonly problem: ProviderError;

  constructor(digest: string, problem: ProviderError) {
    super();
    this.digest = digest;
    this.problem = problem;
  }
}

function isOutage(error: unknown): error is ProviderError {
  if (!(error instanceof ProviderError)) return false;
  const { problem, status = 0 } = error;
  if (problem === 'status') return status === 429 || status >= 500;
  return problem === 'connection' || problem === 'timeout';
}
