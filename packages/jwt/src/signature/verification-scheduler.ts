import { AsyncResource } from 'node:async_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import { FairQueue } from './fair-queue.ts';

/** Time budget for signatures per event-loop turn. The last one of a turn may overrun it. */
const BUDGET_MS = 0.5;
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

/**
 * Verifies signatures immediately while the budget of this event-loop turn lasts, and the rest in later
 * turns: a burst of new tokens must not block calls whose tokens are already known. Waiting calls are
 * served peer by peer, so that one peer's flood of forged tokens does not starve another peer.
 */
export class VerificationScheduler {
  readonly #eventLoop: EventLoop;
  readonly #queue = new FairQueue();
  #spentMs = 0;
  #turnRequested = false;

  constructor(eventLoop: EventLoop = realEventLoop) {
    this.#eventLoop = eventLoop;
  }

  /**
   * Returns the result of `verify`: directly within the budget, else as a promise. The promise rejects
   * only with an error that `verify` throws. It resolves to `unavailable`, with reason `overloaded` if
   * too many calls wait, or `timeout` if the call is cancelled.
   */
  run<T>(
    call: PendingVerification,
    verify: () => T | Promise<T>,
  ): T | AuthError | Promise<T | AuthError> {
    // Calls wait only when the budget is spent, so running now overtakes nobody.
    if (this.#spentMs < BUDGET_MS) return this.#spend(verify);
    return this.#wait(call, verify);
  }

  #spend<T>(verify: () => T): T {
    this.#requestTurn();
    const startedMs = this.#eventLoop.nowMs();
    try {
      return verify();
    } finally {
      this.#spentMs += this.#eventLoop.nowMs() - startedMs;
    }
  }

  #wait<T>(
    { signal, peer }: PendingVerification,
    verify: () => T | Promise<T>,
  ): Promise<T | AuthError> {
    // Restores the caller's async context at a tenth of the cost of AsyncResource.bind().
    const scope = new AsyncResource('grpc-authn.VerificationScheduler');
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#queue.remove(waiter);
        resolve(new AuthError('unavailable', 'timeout'));
      };
      const waiter = {
        peer: peer?.address ?? '',
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
      };
      if (signal.aborted) return cancel();
      this.#requestTurn();
      signal.addEventListener('abort', cancel);
      this.#queue.add(waiter);
    });
  }

  #requestTurn(): void {
    if (this.#turnRequested) return;
    this.#turnRequested = true;
    this.#eventLoop.nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#turnRequested = false;
    this.#spentMs = 0;
    // Each verification requests the next turn, which serves what is still waiting.
    while (this.#queue.size > 0 && this.#spentMs < BUDGET_MS) this.#queue.take()?.serve();
  }
}

/** One per process, since there is one event loop. */
export const verificationScheduler: VerificationScheduler = new VerificationScheduler();
