/** Peers that rest at a time. Beyond that, the one that began first is asked about again. */
const MAX_PEERS = 1024;

/** Peers whose tokens are not sent to the provider for a while. */
export class PeerRests {
  readonly #untilMs = new Map<string, number>();

  /** Milliseconds that are left, 0 for a peer that does not rest. */
  remainingMs(peer: string, nowMs: number): number {
    const untilMs = this.#untilMs.get(peer);
    if (untilMs === undefined) return 0;
    if (nowMs >= untilMs) this.#untilMs.delete(peer);
    return Math.max(0, untilMs - nowMs);
  }

  rest(peer: string, untilMs: number): void {
    this.#untilMs.delete(peer);
    this.#untilMs.set(peer, untilMs);
    if (this.#untilMs.size <= MAX_PEERS) return;
    const [oldest] = this.#untilMs.keys();
    if (oldest !== undefined) this.#untilMs.delete(oldest);
  }
}
