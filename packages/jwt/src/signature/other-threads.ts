/** Bounds how many signatures the thread pool verifies at once. */
export class OtherThreads {
  readonly #max: number;
  #running = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get haveRoom(): boolean {
    return this.#running < this.#max;
  }

  /** Counts only what runs here: a verification that waits for keys uses no thread. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
    }
  }
}
