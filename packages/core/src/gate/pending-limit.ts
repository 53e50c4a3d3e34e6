/** As many as may wait for a verdict at once, in all (rule 8 of the security rules). */
const MOST_PENDING = 4096;
/**
 * One connection may take no more than a quarter, so that it cannot shut the others out. Those that the
 * transport cannot tell apart (grpc-js calls every peer of a Unix socket 'unknown') share one quarter:
 * without a limit for them, one such connection could shut out all the others too.
 */
const MOST_PENDING_A_PEER = MOST_PENDING / 4;

/** Counts the authentications under way, in all and by peer, and says when there are too many. */
export class PendingLimit {
  #all = 0;
  readonly #byPeer = new Map<string, number>();

  /** False where the limit is reached; then nothing was counted, and `leave` must not be called. */
  enter(peer: string): boolean {
    const ofPeer = this.#byPeer.get(peer) ?? 0;
    if (this.#all >= MOST_PENDING || ofPeer >= MOST_PENDING_A_PEER) return false;
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
