import { AsyncResource } from 'node:async_hooks';
import { availableParallelism } from 'node:os';
import { AuthError } from '@grpc-authn/core/authenticator';
import {
  type AbortListener,
  addAbortListener,
  FairQueue,
  queueKeysOf,
  removeAbortListener,
  Waiter,
} from '@grpc-authn/core/internal';
import { OtherThreads } from './other-threads.ts';
import type { Thread } from './signature-engine.ts';
import { TurnBudget } from './turn-budget.ts';

/** For calls without a guard. A guard's `limits.maxWaiting` raises it for the guard's own calls. */
const MAX_WAITING = 16_384;
const RETRY_AFTER_MS = 1000;
/** Fewer waiting calls are served sooner on this thread: a task for another thread costs time, too. */
const MIN_FOR_OTHER_THREADS = 32;
/** Bounds how long other users of the thread pool wait, such as name look-ups. */
const MAX_ON_OTHER_THREADS = availableParallelism() > 1 ? 16 : 0;

/**
 * What the scheduler reads of a call: when it is cancelled, and whose turn it takes. A context of core says so
 * without its `signal`, so none is created.
 */
export interface PendingVerification {
  readonly signal: AbortSignal;
  readonly peer?: { readonly address: string };
}

/** Injected by tests, so that no result depends on the speed of the machine. */
export interface EventLoop {
  /** Measures the time that signatures take. */
  nowMs(): number;
  /** Runs `turn` in a later turn of the event loop. */
  nextTurn(turn: () => void): void;
}

const realEventLoop: EventLoop = {
  nowMs: () => performance.now(),
  nextTurn: (turn) => void setImmediate(turn),
};

type Verify<C, A, T> = (argument: A, call: C, thread: Thread) => T | Promise<T>;

interface Turn {
  serve(thread: Thread): void;
  reject(): void;
}

/** A verification that waits for its turn, with no signal, timer or closure of its own. */
class PendingTurn<C extends PendingVerification, A, T>
  extends AsyncResource
  implements Turn, AbortListener
{
  readonly waiter: Waiter<Turn>;
  readonly verdict: Promise<T | AuthError>;
  readonly #scheduler: VerificationScheduler;
  readonly #call: C;
  readonly #verify: Verify<C, A, T>;
  readonly #argument: A;
  readonly #resolve: Settle['resolve'];
  readonly #reject: Settle['reject'];

  constructor(scheduler: VerificationScheduler, call: C, verify: Verify<C, A, T>, argument: A) {
    // Restores the caller's async context at a tenth of the cost of AsyncResource.bind().
    super('grpc-authn.VerificationScheduler');
    this.#scheduler = scheduler;
    this.#call = call;
    this.#verify = verify;
    this.#argument = argument;
    this.waiter = new Waiter<Turn>(queueKeysOf(call), this);
    this.verdict = new Promise(capture);
    this.#resolve = captured.resolve;
    this.#reject = captured.reject;
  }

  serve(thread: Thread): void {
    removeAbortListener(this.#call, this);
    try {
      this.#resolve(this.#scheduler.verifyNow(this.#call, verifyInScope, this, thread));
    } catch (error) {
      this.#reject(error);
    }
  }

  /** In the async context of the call. */
  verifyInScope(thread: Thread): T | Promise<T> {
    return this.runInAsyncScope(this.#verify, undefined, this.#argument, this.#call, thread);
  }

  reject(): void {
    removeAbortListener(this.#call, this);
    this.#resolve(new AuthError('unavailable', 'overloaded', { retryAfterMs: RETRY_AFTER_MS }));
  }

  /** The call is cancelled, or has no time left. */
  handleEvent(): void {
    this.#scheduler.leave(this.waiter);
    this.#resolve(new AuthError('unavailable', 'timeout'));
  }
}

function verifyInScope<T>(
  turn: { verifyInScope(thread: Thread): T | Promise<T> },
  _call: unknown,
  thread: Thread,
): T | Promise<T> {
  return turn.verifyInScope(thread);
}

interface Settle {
  readonly resolve: (verdict: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Takes the functions that settle a new promise, without a closure for each. */
let captured: Settle;
function capture(resolve: (verdict: never) => void, reject: (error: unknown) => void): void {
  captured = { resolve: resolve as Settle['resolve'], reject };
}

/**
 * Verifies tokens immediately while the budget of this event-loop turn lasts, and the rest in later
 * turns: a burst of new tokens must not block calls whose tokens are already known. Waiting calls
 * are in a FairQueue, so that a flood of forged tokens on one connection does not starve another connection.
 */
export class VerificationScheduler {
  readonly #eventLoop: EventLoop;
  readonly #queue = new FairQueue<Turn>({ maxWaiting: MAX_WAITING });
  readonly #budget = new TurnBudget();
  #turnRequested = false;
  readonly #otherThreads: OtherThreads;

  constructor(
    eventLoop: EventLoop = realEventLoop,
    maxOnOtherThreads: number = MAX_ON_OTHER_THREADS,
  ) {
    this.#eventLoop = eventLoop;
    this.#otherThreads = new OtherThreads(maxOnOtherThreads);
  }

  /**
   * Returns the result of `verify(argument, call)`: directly within the budget, else as a promise. The promise
   * rejects only with an error that `verify` throws. It resolves to `unavailable`, with reason `overloaded` if
   * the call has lost its place in the queue, or `timeout` if the call is cancelled.
   */
  run<C extends PendingVerification, A, T>(
    call: C,
    verify: Verify<C, A, T>,
    argument: A,
  ): T | AuthError | Promise<T | AuthError> {
    // Calls wait only when the budget is spent, so running now overtakes nobody.
    if (this.#budget.isLeft) return this.verifyNow(call, verify, argument);
    const turn = new PendingTurn(this, call, verify, argument);
    // The verification that spent the budget has requested the next turn.
    if (addAbortListener(call, turn)) this.#queue.add(turn.waiter)?.value.reject();
    else turn.handleEvent();
    return turn.verdict;
  }

  /** For a call whose turn it is. */
  verifyNow<C, A, T>(
    call: C,
    verify: Verify<C, A, T>,
    argument: A,
    thread: Thread = 'this',
  ): T | Promise<T> {
    const startedMs = this.#eventLoop.nowMs();
    this.#requestTurn(startedMs);
    try {
      return verify(argument, call, thread);
    } finally {
      this.#budget.spend(this.#eventLoop.nowMs() - startedMs);
    }
  }

  /** For a call that does not wait any more. */
  leave(waiter: Waiter<Turn>): void {
    this.#queue.remove(waiter);
  }

  #requestTurn(nowMs: number): void {
    if (this.#turnRequested) return;
    this.#turnRequested = true;
    this.#budget.begin(nowMs);
    this.#eventLoop.nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#turnRequested = false;
    if (this.#queue.size === 0) return this.#budget.reset();
    this.#budget.renew(this.#eventLoop.nowMs());
    // Each verification requests the next turn, which serves what is still waiting.
    while (this.#queue.size > 0 && this.#budget.isLeft) this.#serveNext();
    this.#budget.begin(this.#eventLoop.nowMs());
  }

  /** Other threads take a part of a long queue. */
  #serveNext(): void {
    const isLong = this.#queue.size >= MIN_FOR_OTHER_THREADS;
    const thread = isLong && this.#otherThreads.haveRoom ? this.#otherThreads : 'this';
    this.#queue.take()?.value.serve(thread);
  }
}

/** One per process, since there is one event loop. */
export const verificationScheduler: VerificationScheduler = new VerificationScheduler();
