import { AsyncResource } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { type AuthEvent, AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { rejectOnAbort } from '@grpc-authn/core/internal';
import { ProviderError } from '@grpc-authn/provider';
import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import PQueue from 'p-queue';

/** Questions about this many different tokens must fail in a row before the provider is given a rest. */
const MOST_FAILURES = 5;
const REST_MS = 5000;
/** Beyond the questions under way, so many wait for a place. */
const MOST_WAITING = 1024;

/** What is asked, by whom, and how it is named to the operator. */
export interface Question<T> {
  readonly token: string;
  readonly shown: string;
  /** The caller's. */
  readonly signal: AbortSignal;
  ask(signal: AbortSignal): Promise<T>;
}

/**
 * Stands between us and the provider: so many questions at once, none for a while when it does not
 * answer, and one time limit from the call to the answer, the wait for a place included. An answer
 * about one token never counts against the provider, whatever it says; nor do many failures of one
 * token, nor callers who leave, or any caller could shut the others out.
 */
export class ProviderGuard {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #report: (event: Omit<AuthEvent, 'authenticator'>) => void;
  readonly #failedTokens = new Set<string>();
  readonly #queue: PQueue;
  readonly #breaker;
  #retryAtMs = 0;
  /** After a rest one question goes first, and the others wait for what it brings. */
  #probe: Promise<void> | undefined;
  /** Until the provider answers: a probe that was no outage is no answer yet. */
  #outage = false;

  constructor(
    options: { readonly maxConcurrent: number; readonly timeoutMs: number; readonly clock: Clock },
    report: (event: Omit<AuthEvent, 'authenticator'>) => void,
  ) {
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
    this.#report = report;
    this.#queue = new PQueue({ concurrency: options.maxConcurrent });
    this.#breaker = circuitBreaker(
      handleWhen((error) => error instanceof TokenFailure && this.#counts(error)),
      // How long it rests is judged by our clock, before it is asked.
      { halfOpenAfter: 0, breaker: new ConsecutiveBreaker(MOST_FAILURES) },
    );
    this.#breaker.onBreak((reason) => {
      this.#retryAtMs = this.#clock.nowMs() + REST_MS;
      this.#outage = true;
      const failure = 'error' in reason ? reason.error : undefined;
      const error = failure instanceof TokenFailure ? failure.problem : undefined;
      report({ type: 'introspection_unavailable', error, detail: { restMs: REST_MS } });
    });
  }

  /** @throws AuthError `unavailable` */
  async ask<T>(question: Question<T>): Promise<T> {
    const { signal } = question;
    // One for the queue, another for what follows: a question that was asked is counted, then left.
    const [queued, waiting] = [new AbortController(), new AbortController()];
    let current = queued;
    const leave = (reason: Error): void => current.abort(reason);
    const left = (): void => leave(new AuthError('unavailable', 'timeout'));
    const limit = setTimeout(() => leave(this.#noAnswer(question)), this.#timeoutMs);
    signal.addEventListener('abort', left, { once: true });
    try {
      if (signal.aborted) throw new AuthError('unavailable', 'timeout');
      if (this.#queue.size >= MOST_WAITING) {
        throw new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 });
      }
      // The queue would run it in the async context of whoever left his place to it.
      const scope = new AsyncResource('grpc-authn.ProviderGuard');
      const put = (): Promise<T> => {
        current = waiting;
        return scope.runInAsyncScope(() => this.#put(question, waiting.signal));
      };
      return await this.#queue.add(put, { signal: queued.signal });
    } catch (error) {
      throw toAuthError(error);
    } finally {
      clearTimeout(limit);
      signal.removeEventListener('abort', left);
    }
  }

  async #put<T>(question: Question<T>, waiting: AbortSignal): Promise<T> {
    while (this.#probe !== undefined) await rejectOnAbort(this.#probe, waiting);
    this.#checkRest();
    const isProbe = this.#breaker.state !== CircuitState.Closed;
    const asked = this.#breaker.execute(() => ask(question, waiting, isProbe));
    if (isProbe) this.#probe = asked.then(this.#probed, this.#probed);
    const answer = await (isProbe ? rejectOnAbort(asked, waiting) : asked);
    this.#failedTokens.clear();
    if (this.#outage) this.#report({ type: 'introspection_recovered' });
    this.#outage = false;
    return answer;
  }

  readonly #probed = (): void => {
    this.#probe = undefined;
  };

  /** A token counts once, until the provider answers again; a probe always does. */
  #counts({ digest, isProbe }: TokenFailure): boolean {
    if (!isProbe && this.#failedTokens.has(digest)) return false;
    if (this.#failedTokens.size >= MOST_FAILURES) this.#failedTokens.clear();
    this.#failedTokens.add(digest);
    return true;
  }

  #checkRest(): void {
    const retryAfterMs = this.#retryAtMs - this.#clock.nowMs();
    if (this.#breaker.state === CircuitState.Open && retryAfterMs > 0) {
      throw new AuthError('unavailable', 'introspection', { retryAfterMs });
    }
  }

  #noAnswer({ shown }: { readonly shown: string }): ProviderError {
    return new ProviderError('timeout', `${shown}: no answer in ${this.#timeoutMs} ms`);
  }
}

async function ask<T>(question: Question<T>, waiting: AbortSignal, isProbe: boolean): Promise<T> {
  // Whether the provider is asked again hangs on no caller's staying.
  const signal = isProbe ? new AbortController().signal : waiting;
  try {
    return await question.ask(signal);
  } catch (error) {
    if (isOutage(error) && (isProbe || !question.signal.aborted)) {
      throw new TokenFailure(hash('sha256', question.token, 'base64url'), error, isProbe);
    }
    throw error;
  }
}

function toAuthError(error: unknown): unknown {
  const problem = error instanceof TokenFailure ? error.problem : error;
  if (!(problem instanceof ProviderError)) return problem;
  const { retryAfterMs = 1000 } = problem;
  return new AuthError('unavailable', 'introspection', { retryAfterMs, cause: problem });
}

/** A question that the provider did not answer. */
class TokenFailure extends Error {
  readonly digest: string;
  readonly problem: ProviderError;
  readonly isProbe: boolean;

  constructor(digest: string, problem: ProviderError, isProbe: boolean) {
    super();
    this.digest = digest;
    this.problem = problem;
    this.isProbe = isProbe;
  }
}

function isOutage(error: unknown): error is ProviderError {
  if (!(error instanceof ProviderError)) return false;
  const { problem, status = 0 } = error;
  if (problem === 'status') return status === 429 || status >= 500;
  return problem === 'connection' || problem === 'timeout';
}
