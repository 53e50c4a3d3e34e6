import { Link, LinkedList } from './linked-list.ts';

/** Waiters that share a turn: those of one peer, or of one connection. */
export class Group {
  readonly key: unknown;
  /** How many wait in it. */
  size = 0;
  readonly turn: Link<this> = new Link(this);
  readonly rank: Link<this> = new Link(this);

  constructor(key: unknown) {
    this.key = key;
  }
}

/**
 * Groups that take turns. Knows the largest one in constant time: a size changes by one, so the groups of each
 * size are in one list. A group is forgotten when nobody waits in it.
 */
export class FairGroups<G extends Group> {
  readonly #byKey = new Map<unknown, G>();
  readonly #turns = new LinkedList<G>();
  /** By size. A Map would change with each waiter of a large group. */
  readonly #bySize: LinkedList<G>[] = [];
  #largestSize = 0;

  /** How many groups there are. */
  get count(): number {
    return this.#byKey.size;
  }

  get(key: unknown): G | undefined {
    return this.#byKey.get(key);
  }

  /** The one whose turn it is. */
  get next(): G | undefined {
    return this.#turns.first;
  }

  /** Of several, the one that reached this size last. */
  get largest(): G | undefined {
    return this.#bySize[this.#largestSize]?.last;
  }

  grow(group: G): void {
    if (group.size === 0) {
      this.#byKey.set(group.key, group);
      this.#turns.append(group.turn);
    }
    this.#resize(group, group.size + 1);
    if (group.size > this.#largestSize) this.#largestSize = group.size;
  }

  shrink(group: G): void {
    this.#resize(group, group.size - 1);
    // The group itself has this size now.
    if (this.largest === undefined) this.#largestSize = group.size;
    if (group.size > 0) return;
    this.#byKey.delete(group.key);
    this.#turns.remove(group.turn);
  }

  /** It had its turn; the others come first now. */
  endTurn(group: G): void {
    if (group.size === 0) return;
    this.#turns.remove(group.turn);
    this.#turns.append(group.turn);
  }

  #resize(group: G, size: number): void {
    if (group.size > 0) this.#bySize[group.size]?.remove(group.rank);
    group.size = size;
    if (size > 0) (this.#bySize[size] ??= new LinkedList()).append(group.rank);
  }
}
