/**
 * Counts the authentications that are waiting, in all, by peer and by connection, and says when there are
 * too many. One connection gets half of its peer's places, so that it cannot shut out another one from
 * the same address.
 */
export class PendingLimit {
  readonly #maxWaiting: number;
  readonly #maxWaitingPerPeer: number;
  #all = 0;
  readonly #byPeer = new Map<string, number>();
  readonly #byConnection = new Map<unknown, number>();

  constructor(limits: { readonly maxWaiting: number; readonly maxWaitingPerPeer: number }) {
    this.#maxWaiting = limits.maxWaiting;
    this.#maxWaitingPerPeer = limits.maxWaitingPerPeer;
  }

  /**
   * `connection` is undefined if the transport cannot tell. False if a limit is reached; then nothing was
   * counted, and `leave` must not be called.
   */
  enter(peer: string, connection: unknown): boolean {
    const isFull =
      this.#all >= this.#maxWaiting ||
      (this.#byPeer.get(peer) ?? 0) >= this.#maxWaitingPerPeer ||
      (this.#byConnection.get(connection) ?? 0) >= Math.ceil(this.#maxWaitingPerPeer / 2);
    if (isFull) return false;
    this.#all += 1;
    add(this.#byPeer, peer);
    if (connection !== undefined) add(this.#byConnection, connection);
    return true;
  }

  leave(peer: string, connection: unknown): void {
    this.#all -= 1;
    subtract(this.#byPeer, peer);
    if (connection !== undefined) subtract(this.#byConnection, connection);
  }
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function subtract<K>(counts: Map<K, number>, key: K): void {
  const count = counts.get(key) ?? 0;
  if (count > 1) counts.set(key, count - 1);
  else counts.delete(key);
}
