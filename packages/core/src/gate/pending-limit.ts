/** Counts the authentications that are waiting, in all and by peer, and says when there are too many. */
export class PendingLimit {
  readonly #maxWaiting: number;
  readonly #maxWaitingPerPeer: number;
  #all = 0;
  readonly #byPeer = new Map<string, number>();

  constructor(limits: { readonly maxWaiting: number; readonly maxWaitingPerPeer: number }) {
    this.#maxWaiting = limits.maxWaiting;
    this.#maxWaitingPerPeer = limits.maxWaitingPerPeer;
  }

  /** False if the limit is reached; then nothing was counted, and `leave` must not be called. */
  enter(peer: string): boolean {
    const ofPeer = this.#byPeer.get(peer) ?? 0;
    if (this.#all >= this.#maxWaiting || ofPeer >= this.#maxWaitingPerPeer) return false;
    this.#all += 1;
    this.#byPeer.set(peer, ofPeer + 1);
    return true;
  }

  leave(peer: string): void {
    const ofPeer = this.#byPeer.get(peer) ?? 0;
    this.#all -= 1;
    if (ofPeer > 1) this.#byPeer.set(peer, ofPeer - 1);
    else this.#byPeer.delete(peer);
  }
}
