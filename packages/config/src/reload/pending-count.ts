import { isPromiseLike } from '@grpc-authn/core/internal';

/**
 * The authentications of one generation that are under way. Its authenticators may be closed when
 * there is none.
 */
export class PendingCount {
  #pending = 0;
  readonly #whenIdle = new Set<() => void>();

  /** Counts one, from now until it has answered. */
  track<T>(ask: () => T | Promise<T>): T | Promise<T> {
    this.#pending += 1;
    try {
      const answer = ask();
      if (isPromiseLike(answer)) return Promise.resolve(answer).finally(() => this.#end());
      this.#end();
      return answer;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Calls `then` once there is none: at once, or later. */
  whenIdle(then: () => void): void {
    if (this.#pending === 0) then();
    else this.#whenIdle.add(then);
  }

  /** The rule of the call may ask for a confirmation next, so the count drops in a later turn. */
  #end(): void {
    setImmediate(() => {
      this.#pending -= 1;
      if (this.#pending > 0) return;
      const waiting = [...this.#whenIdle];
      this.#whenIdle.clear();
      for (const then of waiting) then();
    });
  }
}
