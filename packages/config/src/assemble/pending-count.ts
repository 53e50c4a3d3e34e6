import { isPromiseLike } from '@grpc-authn/core/internal';

/** The pending authentications of one generation: its authenticators are closed when there are none. */
export class PendingCount {
  #pending = 0;
  readonly #whenIdle = new Set<() => void>();

  /** Counts one that answers later; a synchronous answer is never pending. */
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

  /** Not in this turn of the event loop, in which the rule of the same call may ask for a confirmation. */
  #checkLater(): void {
    setImmediate(() => {
      if (this.#pending > 0) return;
      const waiting = [...this.#whenIdle];
      this.#whenIdle.clear();
      for (const then of waiting) then();
    });
  }
}
