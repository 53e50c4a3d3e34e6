import type { HeaderFields } from './protected-header.ts';

/** An issuer writes one header a key, and has few keys at a time. */
const MOST_HEADERS = 8;

/**
 * What was read of the headers of tokens that were accepted, by their raw segment, so that they need
 * not be parsed again. Nothing else is kept: the key is chosen anew for each token. Only an accepted
 * token may enter a header here, so that a flood of forged ones drives none out.
 */
export class HeaderMemo {
  readonly #segments: string[] = [];
  readonly #headers: HeaderFields[] = [];
  #next = 0;

  /** How many are kept. */
  get size(): number {
    return this.#segments.length;
  }

  find(segment: string): HeaderFields | undefined {
    const at = this.#segments.indexOf(segment);
    return at === -1 ? undefined : this.#headers[at];
  }

  keep(segment: string, header: HeaderFields): void {
    if (this.#headers.includes(header) || this.#segments.includes(segment)) return;
    const { algorithm, kid, typ } = header;
    // A copy: a slice would hold its whole token in memory.
    this.#segments[this.#next] = Buffer.from(segment, 'latin1').toString('latin1');
    this.#headers[this.#next] = Object.freeze({ algorithm, kid, typ });
    this.#next = (this.#next + 1) % MOST_HEADERS;
  }
}
