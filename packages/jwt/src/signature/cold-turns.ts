import { AsyncResource } from 'node:async_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import { WaitingPeers } from './waiting-peers.ts';

/** So long may signatures hold up one turn of the event loop, and one more signature at most. */
const BUDGET_MS = 0.5;
const RETRY_AFTER_MS = 1000;
/** So many are on other threads at a time: as many as a turn of the event loop verifies itself. */
const MOST_ELSEWHERE = 8;

/** Of a call, what its place among the others depends on. */
export interface ColdCall {
  readonly signal: AbortSignal;
  readonly peer?: { readonly address: string };
}

/** How time passes, for tests. */
export interface Turns {
  nowMs(): number;
  /** Calls back in a later turn of the event loop. */
  later(then: () => void): void;
}

const eventLoop: Turns = {
  nowMs: () => performance.now(),
  later: (then) => void setImmediate(then),
};

/**
 * Verifies signatures at once while the turn of the event loop has time for them, and in the next turns
 * what goes beyond: a burst of new tokens must not stop the calls whose tokens are known. Those who wait
 * take turns by peer, so that no peer's flood of forged tokens keeps another's good one waiting.
 */
export class ColdTurns {
  readonly #turns: Turns;
  readonly #waiting = new WaitingPeers();
  #spentMs = 0;
  #next = false;
  #elsewhere = 0;

  constructor(turns: Turns = eventLoop) {
    this.#turns = turns;
  }

  /**
   * What the work answers: at once where there is time, else as a promise. It never rejects but with
   * what the work throws; `unavailable` (reason `overloaded`) where too many wait, and (reason `timeout`)
   * where the caller leaves. `elsewhere` is the same work on another thread, which takes of the same
   * line in the same order.
   */
  run<T>(
    call: ColdCall,
    work: () => T | Promise<T>,
    elsewhere?: () => T | Promise<T>,
  ): T | AuthError | Promise<T | AuthError> {
    // Whoever waits does so because the turn's time is spent, so nobody is overtaken.
    if (this.#spentMs < BUDGET_MS) return this.#spend(work);
    return this.#wait(call, work, elsewhere);
  }

  #spend<T>(work: () => T): T {
    this.#awaitTurn();
    const begunMs = this.#turns.nowMs();
    try {
      return work();
    } finally {
      this.#spentMs += this.#turns.nowMs() - begunMs;
    }
  }

  #wait<T>(
    call: ColdCall,
    work: () => T | Promise<T>,
    elsewhere: (() => T | Promise<T>) | undefined,
  ): Promise<T | AuthError> {
    // AsyncResource.bind() would do the same for ten times the price.
    const scope = new AsyncResource('grpc-authn.ColdTurns');
    return new Promise((resolve, reject) => {
      const { signal, peer } = call;
      const leave = (): void => {
        this.#waiting.remove(waiter);
        resolve(new AuthError('unavailable', 'timeout'));
      };
      const waiter = {
        peer: peer?.address ?? '',
        serve: () => {
          signal.removeEventListener('abort', leave);
          try {
            resolve(this.#spend(() => scope.runInAsyncScope(work)));
          } catch (error) {
            reject(error);
          }
        },
        serveElsewhere:
          elsewhere &&
          (async () => {
            try {
              resolve(await scope.runInAsyncScope(elsewhere));
            } catch (error) {
              reject(error);
            }
            signal.removeEventListener('abort', leave);
          }),
        turnAway: () => {
          signal.removeEventListener('abort', leave);
          resolve(new AuthError('unavailable', 'overloaded', { retryAfterMs: RETRY_AFTER_MS }));
        },
      };
      if (signal.aborted) return leave();
      this.#awaitTurn();
      signal.addEventListener('abort', leave);
      this.#waiting.add(waiter);
      this.#sendElsewhere();
    });
  }

  /** Whoever cannot go there is at the head of the line for a turn at most, and is not overtaken. */
  #sendElsewhere(): void {
    while (this.#elsewhere < MOST_ELSEWHERE && this.#waiting.next?.serveElsewhere !== undefined) {
      this.#elsewhere += 1;
      void this.#waiting
        .take()
        ?.serveElsewhere?.()
        .then(() => {
          this.#elsewhere -= 1;
          this.#sendElsewhere();
        });
    }
  }

  #awaitTurn(): void {
    if (this.#next) return;
    this.#next = true;
    this.#turns.later(() => this.#turn());
  }

  #turn(): void {
    this.#next = false;
    this.#spentMs = 0;
    // Each of them asks for the next turn.
    while (this.#waiting.size > 0 && this.#spentMs < BUDGET_MS) this.#waiting.take()?.serve();
  }
}

/** One for the process: there is one event loop. */
export const coldTurns: ColdTurns = new ColdTurns();
