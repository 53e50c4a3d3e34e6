/** Ends a call while its handler, its caller or both wait: what they wait for rejects with the error. */
export class CallEnd {
  #error: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #streams = new Set<AsyncIterator<unknown>>();

  /** Undefined until the call is ended. */
  get error(): Error | undefined {
    return this.#error;
  }

  end(error: Error): void {
    this.#error = error;
    for (const reject of this.#waiting) reject(error);
    // A handler that waits at `yield` for a slow reader gets no next() any more.
    for (const stream of this.#streams) stream.return?.().catch(ignore);
    this.#waiting.clear();
    this.#streams.clear();
  }

  /** What `start` promises, or the end of the call. Leaves nothing behind, however many messages a call has. */
  async race<T>(start: () => Promise<T>): Promise<T> {
    if (this.#error !== undefined) throw this.#error;
    let stopWaiting: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      this.#waiting.add(reject);
      stopWaiting = () => this.#waiting.delete(reject);
    });
    try {
      return await Promise.race([start(), ended]);
    } finally {
      stopWaiting?.();
    }
  }

  /** The messages, until the call is ended. */
  guard<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
    return {
      [Symbol.asyncIterator]: () => {
        const inner = messages[Symbol.asyncIterator]();
        this.#streams.add(inner);
        return {
          next: () => this.race(() => inner.next()),
          return: async (value?: unknown) => {
            this.#streams.delete(inner);
            return (await inner.return?.(value)) ?? { done: true, value };
          },
        };
      },
    };
  }
}

function ignore(): void {}
