/** Several take items from one list, and each item is taken once. */
export class Turns {
  #next = 0;

  async each<T>(
    items: readonly T[],
    work: (item: T, index: number) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const index = this.#next;
      if (index >= items.length) return;
      this.#next += 1;
      await work(items[index] as T, index);
    }
  }
}
