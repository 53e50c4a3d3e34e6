import { AsyncResource } from 'node:async_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import { FairQueue, queueKeysOf, Waiter } from '@grpc-authn/core/internal';
import { TurnBudget } from './turn-budget.ts';

/** For calls without a guard. A guard's `limits.maxWaiting` raises it for the guard's own calls. */
const MAX_WAITING = 16_384;
const RETRY_AFTER_MS = 1000;

/** What the scheduler reads of a call: when it is cancelled, and whose turn it takes. */
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

interface Verification {
  serve(): void;
  reject(): void;
}

/**
 * Verifies signatures immediately while the budget of this event-loop turn lasts, and the rest in later
 * turns: a burst of new tokens must not block calls whose tokens are already known. Waiting calls
 * are in a FairQueue, so that a flood of forged tokens on one connection does not starve another connection.
 */
export class VerificationScheduler {
  readonly #eventLoop: EventLoop;
  readonly #queue = new FairQueue<Verification>({ maxWaiting: MAX_WAITING });
  readonly #budget = new TurnBudget();
  #turnRequested = false;

  constructor(eventLoop: EventLoop = realEventLoop) {
    this.#eventLoop = eventLoop;
  }

  /**
   * Returns the result of `verify`: directly within the budget, else as a promise. The promise rejects
   * only with an error that `verify` throws. It resolves to `unavailable`, with reason `overloaded` if
   * the call has lost its place in the queue, or `timeout` if the call is cancelled.
   */
  run<T>(
    call: PendingVerification,
    verify: () => T | Promise<T>,
  ): T | AuthError | Promise<T | AuthError> {
    // Calls wait only when the budget is spent, so running now overtakes nobody.
    if (this.#budget.isLeft) return this.#spend(verify);
    return this.#wait(call, verify);
  }

  #spend<T>(verify: () => T): T {
    const startedMs = this.#eventLoop.nowMs();
    this.#requestTurn(startedMs);
    try {
      return verify();
    } finally {
      this.#budget.spend(this.#eventLoop.nowMs() - startedMs);
    }
  }

  #wait<T>(call: PendingVerification, verify: () => T | Promise<T>): Promise<T | AuthError> {
    const { signal } = call;
    const keys = queueKeysOf(call);
    // Restores the caller's async context at a tenth of the cost of AsyncResource.bind().
    const scope = new AsyncResource('grpc-authn.VerificationScheduler');
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#queue.remove(waiter);
        resolve(new AuthError('unavailable', 'timeout'));
      };
      const waiter = new Waiter<Verification>(keys, {
        serve: () => {
          signal.removeEventListener('abort', cancel);
          try {
            resolve(this.#spend(() => scope.runInAsyncScope(verify)));
          } catch (error) {
            reject(error);
          }
        },
        reject: () => {
          signal.removeEventListener('abort', cancel);
          resolve(new AuthError('unavailable', 'overloaded', { retryAfterMs: RETRY_AFTER_MS }));
        },
      });
      if (signal.aborted) return cancel();
      // The verification that spent the budget has requested the next turn.
      signal.addEventListener('abort', cancel);
      this.#queue.add(waiter)?.value.reject();
    });
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
    while (this.#queue.size > 0 && this.#budget.isLeft) this.#queue.take()?.value.serve();
    this.#budget.begin(this.#eventLoop.nowMs());
  }
}

/** One per process, since there is one event loop. */
export const verificationScheduler: VerificationScheduler = new VerificationScheduler();
