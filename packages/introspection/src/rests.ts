/** How many rest at a time. Beyond that, the one that began first is asked about again. */
const MAX_RESTS = 1024;

/** What is not sent to the provider for a while: tokens, or the tokens of connections. */
export class Rests {
  readonly #untilMs = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#untilMs.size === 0;
  }

  /** Milliseconds that are left, 0 for what does not rest. */
  remainingMs(key: string, nowMs: number): number {
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return 0;
    if (nowMs >= untilMs) this.#untilMs.delete(key);
    return Math.max(0, untilMs - nowMs);
  }

  begin(key: string, untilMs: number): void {
    this.#untilMs.delete(key);
    this.#untilMs.set(key, untilMs);
    if (this.#untilMs.size <= MAX_RESTS) return;
    const [oldest] = this.#untilMs.keys();
    if (oldest !== undefined) this.#untilMs.delete(oldest);
  }

  clear(): void {
    this.#untilMs.clear();
  }
}
