/** For all peers together. */
const MAX_WAITING = 1024;

export interface Waiter {
  readonly peer: string;
  serve(): void;
  reject(): void;
}

/** Serves peers in turn, and the waiters of one peer in order of arrival. */
export class FairQueue {
  /** In the order in which the peers are served next. */
  readonly #byPeer = new Map<string, Set<Waiter>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When the queue is full, rejects the newest waiter of the peer that has the most, counting this one. */
  add(waiter: Waiter): void {
    if (this.#size >= MAX_WAITING) {
      const largest = this.#largest();
      const own = this.#byPeer.get(waiter.peer)?.size ?? 0;
      if (largest.length <= own + 1) return waiter.reject();
      const newest = largest.at(-1);
      if (newest !== undefined && this.remove(newest)) newest.reject();
    }
    const waiting = this.#byPeer.get(waiter.peer);
    if (waiting === undefined) this.#byPeer.set(waiter.peer, new Set([waiter]));
    else waiting.add(waiter);
    this.#size += 1;
  }

  /** Removes the next waiter and moves its peer to the end of the queue. */
  take(): Waiter | undefined {
    const [entry] = this.#byPeer;
    if (entry === undefined) return undefined;
    const [peer, waiting] = entry;
    const [waiter] = waiting;
    if (waiter === undefined) return undefined;
    this.remove(waiter);
    if (this.#byPeer.delete(peer)) this.#byPeer.set(peer, waiting);
    return waiter;
  }

  /** False if it is no longer waiting. */
  remove(waiter: Waiter): boolean {
    const waiting = this.#byPeer.get(waiter.peer);
    if (waiting === undefined || !waiting.delete(waiter)) return false;
    this.#size -= 1;
    if (waiting.size === 0) this.#byPeer.delete(waiter.peer);
    return true;
  }

  #largest(): readonly Waiter[] {
    let largest: ReadonlySet<Waiter> = new Set();
    for (const waiting of this.#byPeer.values()) if (waiting.size > largest.size) largest = waiting;
    return [...largest];
  }
}
