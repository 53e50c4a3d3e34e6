import { type AuthEvent, AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { FairQueue, type QueueKeys, Waiter } from '@grpc-authn/core/internal';
import { ProviderError } from '@grpc-authn/provider';
import { CircuitBreaker } from './circuit-breaker.ts';
import { PendingQuestion, type Question, type Turns } from './pending-question.ts';
import { TimeLimit } from './time-limit.ts';

/** For calls without a guard. A guard's `limits` raise them for the guard's own calls. */
const LIMITS = { maxWaiting: 16_384, maxWaitingPerPeer: 8192 };

/** A request that was sent. */
interface Request {
  readonly shown: string;
  readonly ending: AbortController;
}

/**
 * Protects the provider, and the callers from each other and from its outages: a limit of concurrent requests,
 * a fair queue, a circuit breaker, and two time limits: one for the wait for a place, one from the request to
 * the answer. Discovery has its own limit. A caller that disconnects never aborts a request, because that would
 * close its socket: a flood of aborted calls would be a flood of new connections. The place is free when the
 * request has ended.
 */
export class ProviderGuard<T> implements Turns<T> {
  readonly #timeoutMs: number;
  readonly #queue = new FairQueue<PendingQuestion<T>>(LIMITS);
  readonly #waitLimit: TimeLimit<Waiter<PendingQuestion<T>>>;
  readonly #answerLimit: TimeLimit<Request>;
  readonly #breaker: CircuitBreaker;
  #free: number;

  constructor(
    options: { readonly maxConcurrent: number; readonly timeoutMs: number; readonly clock: Clock },
    report: (event: Omit<AuthEvent, 'authenticator'>) => void,
  ) {
    const { maxConcurrent, timeoutMs, clock } = options;
    this.#timeoutMs = timeoutMs;
    this.#free = maxConcurrent;
    this.#breaker = new CircuitBreaker(clock, report);
    this.#waitLimit = new TimeLimit(timeoutMs, clock, (waiter) => {
      const { shown } = waiter.value.question;
      this.#drop(waiter, this.#timeout(`${shown}: no place for the request`));
    });
    this.#answerLimit = new TimeLimit(timeoutMs, clock, ({ ending, shown }) => {
      ending.abort(this.#timeout(`${shown}: no answer`));
    });
  }

  /** @throws AuthError `unavailable` if it was not sent, else what `send` throws. */
  ask(question: Question<T>): Promise<T> {
    const pending = new PendingQuestion(question, this);
    pending.begin();
    return pending.answer;
  }

  wait(pending: PendingQuestion<T>, call: QueueKeys): void {
    const restMs = this.#breaker.restMs({ token: pending.question.token, call });
    if (restMs > 0) return pending.loses(call, resting(restMs));
    const waiter = new Waiter(call, pending);
    pending.waits(waiter);
    const displaced = this.#queue.add(waiter);
    if (displaced !== undefined) this.#drop(displaced, overloaded());
    this.#serve();
    if (waiter.connection !== undefined) this.#waitLimit.begin(waiter);
  }

  leave(waiter: Waiter<PendingQuestion<T>>): void {
    this.#drop(waiter, new AuthError('unavailable', 'timeout'));
  }

  #drop(waiter: Waiter<PendingQuestion<T>>, refusal: unknown): void {
    this.#forget(waiter);
    waiter.value.loses(waiter.keys, refusal);
  }

  #forget(waiter: Waiter<PendingQuestion<T>>): void {
    this.#queue.remove(waiter);
    this.#waitLimit.cancel(waiter);
  }

  /** Sends what may be sent now. While the circuit is open, refuses all that wait. */
  #serve(): void {
    while (this.#breaker.isOpen || (this.#free > 0 && !this.#breaker.isProbing)) {
      const waiter = this.#queue.take();
      if (waiter === undefined) return;
      const { value: pending, keys: call } = waiter;
      const restMs = this.#breaker.restMs({ token: pending.question.token, call });
      if (restMs > 0) this.#drop(waiter, resting(restMs));
      else this.#begin(pending, call);
    }
  }

  #begin(pending: PendingQuestion<T>, call: QueueKeys): void {
    this.#free -= 1;
    for (const waiter of pending.waiters) this.#forget(waiter);
    pending.send(() => this.#send(pending.question, call));
  }

  async #send(question: Question<T>, call: QueueKeys): Promise<T> {
    const { token, shown } = question;
    const request: Request = { shown, ending: new AbortController() };
    this.#answerLimit.begin(request);
    try {
      return await this.#breaker.run({ token, call }, () => question.send(request.ending));
    } finally {
      this.#answerLimit.cancel(request);
      this.#free += 1;
      this.#serve();
    }
  }

  #timeout(what: string): ProviderError {
    return new ProviderError('timeout', `${what} in ${this.#timeoutMs} ms`);
  }
}

function resting(retryAfterMs: number): AuthError {
  return new AuthError('unavailable', 'introspection', { retryAfterMs });
}

function overloaded(): AuthError {
  return new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 });
}

/** `unavailable` for a ProviderError; any other error as it is. */
export function toUnavailable(error: unknown): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { retryAfterMs = 1000 } = error;
  return new AuthError('unavailable', 'introspection', { retryAfterMs, cause: error });
}
