import type { Clock } from '../contract/clock.ts';
import { AuthError } from '../errors/auth-error.ts';
import { FairQueue, Waiter } from '../queue/fair-queue.ts';
import type { GateContext } from './gate-context.ts';
import { type Limited, TimeLimits } from './time-limit.ts';

/** A call that may have to wait, and its answers where it does not get the one that it waits for. */
export interface Waitable<T> {
  readonly context: GateContext;
  /** The call has ended, its time limit has passed, or there is no place for it. */
  refuse(refusal: AuthError): T;
  /** Something that must not throw has thrown. */
  fail(thrown: unknown): T;
}

/** A call that waits for its decision. Settles once, and has no timer, signal or closure of its own. */
export class WaitingCall<T> implements Limited {
  readonly decided: Promise<T>;
  readonly waiter: Waiter<WaitingCall<T>>;
  dueMs = 0;
  place = -1;
  readonly #calls: WaitingCalls<T>;
  readonly #call: Waitable<T>;
  readonly #resolve: (answer: T) => void;
  #isSettled = false;

  /** @throws what `limits.peerOf` throws. */
  constructor(calls: WaitingCalls<T>, call: Waitable<T>) {
    this.#calls = calls;
    this.#call = call;
    this.waiter = new Waiter<WaitingCall<T>>(call.context.queueKeys, this);
    this.decided = new Promise(capture);
    this.#resolve = captured as (answer: T) => void;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  settle(answer: T): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#calls.remove(this);
    this.#call.context.waitsFor(undefined);
    this.#resolve(answer);
  }

  onAbort(refusal: AuthError = new AuthError('unavailable', 'timeout')): void {
    this.settle(this.#call.refuse(refusal));
  }

  onTimeLimit(): void {
    this.onAbort();
    this.#call.context.abort(new Error('authentication took too long'));
  }

  onClockFault(thrown: unknown): void {
    this.settle(this.#call.fail(thrown));
    this.#call.context.abort(new Error('the clock has failed'));
  }

  loseTo(other: AuthError): void {
    this.#call.context.abort(new Error('another call took the place of this one'), other);
  }
}

/** The calls of one guard that wait: a fair queue that bounds them, and their time limits. */
export class WaitingCalls<T> {
  readonly #queue: FairQueue<WaitingCall<T>>;
  readonly #limits: TimeLimits;

  constructor(
    limits: { readonly maxWaiting: number; readonly maxWaitingPerPeer: number },
    clock: Clock,
  ) {
    this.#queue = new FairQueue(limits);
    this.#limits = new TimeLimits(clock);
  }

  /**
   * Returns undefined if there is no place for the call. Another one may lose its place instead.
   *
   * @throws what `limits.peerOf` or the clock throws.
   */
  add(call: Waitable<T>, limitMs: number, clockMs: number): WaitingCall<T> | undefined {
    const waiting = new WaitingCall(this, call);
    const displaced = this.#queue.add(waiting.waiter)?.value;
    if (displaced === waiting) return undefined;
    try {
      this.#limits.add(waiting, limitMs, clockMs);
    } catch (thrown) {
      this.#queue.remove(waiting.waiter);
      throw thrown;
    } finally {
      displaced?.loseTo(overloaded());
    }
    call.context.waitsFor(waiting);
    if (call.context.aborted) waiting.onAbort();
    return waiting;
  }

  remove(waiting: WaitingCall<T>): void {
    this.#queue.remove(waiting.waiter);
    this.#limits.remove(waiting);
  }
}

export function overloaded(): AuthError {
  return new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 });
}

/** Takes the function that settles a new promise, without a closure for each. */
let captured: unknown;
function capture(resolve: unknown): void {
  captured = resolve;
}
