/** One place in a list. It is in at most one list at a time. */
export class Link<T> {
  readonly value: T;
  previous: Link<T> | undefined;
  next: Link<T> | undefined;

  constructor(value: T) {
    this.value = value;
  }
}

/**
 * Appends and removes in constant time. A Map or Set in order of insertion does not: after many deletions,
 * finding its first entry skips the deleted ones. Each old table also refers to the table that replaced it, so
 * everything in the later tables stays in memory until the next full garbage collection.
 */
export class LinkedList<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  get first(): T | undefined {
    return this.#first?.value;
  }

  get last(): T | undefined {
    return this.#last?.value;
  }

  /** What is in the list now, from first to last. */
  toArray(): T[] {
    const values: T[] = [];
    for (let link = this.#first; link !== undefined; link = link.next) values.push(link.value);
    return values;
  }

  /** `link` must not be in a list. */
  append(link: Link<T>): void {
    link.previous = this.#last;
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  /** `link` must be in this list. */
  remove(link: Link<T>): void {
    const { previous, next } = link;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    link.previous = undefined;
    link.next = undefined;
  }
}
