import type { HeaderFields } from './protected-header.ts';

/** An issuer has few keys at a time, and uses one header per key. */
const MAX_HEADERS = 8;

/**
 * Caches parsed headers by their raw segment. It never caches a key: the key is looked up for each
 * token. Only headers of accepted tokens are stored, so that a flood of forged tokens evicts none.
 */
export class HeaderMemo {
  readonly #segments: string[] = [];
  readonly #headers: HeaderFields[] = [];
  #next = 0;

  /** The number of cached headers. */
  get size(): number {
    return this.#segments.length;
  }

  find(segment: string): HeaderFields | undefined {
    const at = this.#segments.indexOf(segment);
    return at === -1 ? undefined : this.#headers[at];
  }

  store(segment: string, header: HeaderFields): void {
    if (this.#headers.includes(header) || this.#segments.includes(segment)) return;
    const { algorithm, kid, typ } = header;
    // A copy, because a slice would keep the whole token in memory.
    this.#segments[this.#next] = Buffer.from(segment, 'latin1').toString('latin1');
    this.#headers[this.#next] = Object.freeze({ algorithm, kid, typ });
    this.#next = (this.#next + 1) % MAX_HEADERS;
  }
}
