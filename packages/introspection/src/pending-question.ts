import { AsyncResource } from 'node:async_hooks';
import { type AuthenticationContext, AuthError } from '@grpc-authn/core/authenticator';
import {
  type CallWatcher,
  type QueueKeys,
  type Waiter,
  watchCalls,
} from '@grpc-authn/core/internal';

/** A question to the provider. */
export interface Question<T> {
  readonly token: string;
  /** Of the call, or of all calls that share the question. It is dropped if they leave before it is sent. */
  readonly context: AuthenticationContext;
  /** The request as an operator sees it: method, origin and path. */
  readonly shown: string;
  /** Sends it. The controller is the question's own: no caller aborts it. */
  send(ending: AbortController): Promise<T>;
}

/** Where a question waits for its turn. */
export interface Turns<T> {
  wait(pending: PendingQuestion<T>, call: QueueKeys): void;
  leave(waiter: Waiter<PendingQuestion<T>>): void;
}

/**
 * A question that waits for its turn. Each call that shares it has a turn of its own, and the first one counts:
 * no call waits behind the peer of another call. It is sent in the async context in which it was asked.
 */
export class PendingQuestion<T> extends AsyncResource implements CallWatcher {
  readonly question: Question<T>;
  readonly answer: Promise<T>;
  readonly #turns: Turns<T>;
  readonly #waiters = new Map<QueueKeys, Waiter<PendingQuestion<T>>>();
  #resolve!: (answer: Promise<T>) => void;
  #reject!: (reason: unknown) => void;
  #stopWatching: (() => void) | undefined;
  #hasEnded = false;
  /** Why the last turn was lost. */
  #refusal: unknown = new AuthError('unavailable', 'timeout');

  constructor(question: Question<T>, turns: Turns<T>) {
    super('grpc-authn.PendingQuestion');
    this.question = question;
    this.#turns = turns;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The turns that are left. */
  get waiters(): Iterable<Waiter<PendingQuestion<T>>> {
    return this.#waiters.values();
  }

  begin(): void {
    const stopWatching = watchCalls(this.question.context, this);
    if (this.#hasEnded) return stopWatching();
    this.#stopWatching = stopWatching;
    this.#endWithoutTurn();
  }

  joined(call: QueueKeys): void {
    if (!this.#hasEnded) this.#turns.wait(this, call);
  }

  left(call: QueueKeys): void {
    const waiter = this.#waiters.get(call);
    if (waiter !== undefined) this.#turns.leave(waiter);
  }

  waits(waiter: Waiter<PendingQuestion<T>>): void {
    this.#waiters.set(waiter.keys, waiter);
  }

  /** The call has no turn any more. Without any turn, the question ends with the reason. */
  loses(call: QueueKeys, refusal: unknown): void {
    this.#waiters.delete(call);
    this.#refusal = refusal;
    if (this.#stopWatching !== undefined) this.#endWithoutTurn();
  }

  /** Its turn has come. */
  send(send: () => Promise<T>): void {
    this.#end();
    this.#resolve(this.runInAsyncScope(send));
  }

  #endWithoutTurn(): void {
    if (this.#waiters.size > 0) return;
    this.#end();
    this.#reject(this.#refusal);
  }

  #end(): void {
    this.#hasEnded = true;
    this.#waiters.clear();
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }
}
