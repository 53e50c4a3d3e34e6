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
  readonly #bySize = new Map<number, LinkedList<G>>();
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
    return this.#bySize.get(this.#largestSize)?.last;
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
    if (!this.#bySize.has(this.#largestSize)) this.#largestSize = group.size;
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
    const from = this.#bySize.get(group.size);
    from?.remove(group.rank);
    if (from?.first === undefined) this.#bySize.delete(group.size);
    group.size = size;
    if (size === 0) return;
    const to = this.#bySize.get(size) ?? new LinkedList<G>();
    to.append(group.rank);
    this.#bySize.set(size, to);
  }
}
