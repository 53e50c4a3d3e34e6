import { isPromiseLike } from '@grpc-authn/core/internal';

/** The pending authentications of one generation: its authenticators are closed when there are none. */
export class PendingCount {
  #pending = 0;
  readonly #whenIdle = new Set<() => void>();

  /** Counts an authentication that returns a promise; a synchronous answer is never pending. */
  track<T>(ask: () => T | Promise<T>): T | Promise<T> {
    const answer = ask();
    if (!isPromiseLike(answer)) return answer;
    this.#pending += 1;
    return Promise.resolve(answer).finally(() => {
      this.#pending -= 1;
      if (this.#whenIdle.size > 0) this.#checkLater();
    });
  }

  whenIdle(then: () => void): void {
    this.#whenIdle.add(then);
    this.#checkLater();
  }

  /** Deferred to the next turn, because the rule of the same call may start a confirmation in this one. */
  #checkLater(): void {
    setImmediate(() => {
      if (this.#pending > 0) return;
      const waiting = [...this.#whenIdle];
      this.#whenIdle.clear();
      for (const then of waiting) then();
    });
  }
}
