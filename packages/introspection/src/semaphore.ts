import { AuthError } from '@grpc-authn/core/authenticator';

/** Limits how many tasks run at once. Others wait in the order of their arrival. */
export class Semaphore {
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#free = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Runs the task when its turn comes, in the async context of the caller.
   *
   * @throws AuthError `unavailable` (reason `overloaded`) if too many wait; the signal's reason if it is
   *   aborted before the task begins.
   */
  async run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      this.#release();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 });
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        this.#waiting.delete(begin);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(begin);
        reject(signal.reason as Error);
      };
      this.#waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** The place goes to the first that waits. */
  #release(): void {
    const [begin] = this.#waiting;
    if (begin === undefined) this.#free += 1;
    else begin();
  }
}
