/** In all; what comes beyond is turned away, or the last of the peer that has the most. */
const MOST_WAITING = 1024;

export interface Waiter {
  readonly peer: string;
  /** Has it served on another thread; undefined where that does not pay. Never rejects. */
  readonly serveElsewhere?: (() => Promise<void>) | undefined;
  serve(): void;
  turnAway(): void;
}

/** Those who wait, served one peer after the other, and each peer's in the order in which they came. */
export class WaitingPeers {
  /** In the order in which the peers are served next. */
  readonly #byPeer = new Map<string, Set<Waiter>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When all places are taken, whoever has the most gives one up: the newcomer's peer itself, or another. */
  add(waiter: Waiter): void {
    if (this.#size >= MOST_WAITING) {
      const largest = this.#largest();
      const own = this.#byPeer.get(waiter.peer)?.size ?? 0;
      if (largest.length <= own + 1) return waiter.turnAway();
      const last = largest.at(-1);
      if (last !== undefined && this.remove(last)) last.turnAway();
    }
    const waiting = this.#byPeer.get(waiter.peer);
    if (waiting === undefined) this.#byPeer.set(waiter.peer, new Set([waiter]));
    else waiting.add(waiter);
    this.#size += 1;
  }

  /** Whom `take` would give. */
  get next(): Waiter | undefined {
    for (const waiting of this.#byPeer.values()) for (const waiter of waiting) return waiter;
    return undefined;
  }

  /** The next one, whose peer then goes to the end of the line. */
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

  /** False where it waits no longer. */
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
