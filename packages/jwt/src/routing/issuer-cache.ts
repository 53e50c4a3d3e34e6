/** Counts what refers to it. */
export interface Cacheable {
  retain(): void;
  release(): void;
}

/**
 * What is cached for each issuer, evicting the least recently used. An entry that has verified a token is
 * evicted only by another one that has: forged issuers evict each other.
 */
export class IssuerCache<E extends Cacheable> {
  readonly #maxIssuers: number;
  /** Both in order of use, oldest first. */
  readonly #verified = new Map<string, E>();
  readonly #unverified = new Map<string, E>();

  constructor(maxIssuers: number) {
    this.#maxIssuers = maxIssuers;
  }

  find(issuer: string): E | undefined {
    return use(this.#verified, issuer) ?? use(this.#unverified, issuer);
  }

  /** Adds the entry of an issuer that has none. */
  add(issuer: string, entry: E): void {
    entry.retain();
    this.#unverified.set(issuer, entry);
    this.#evict();
  }

  /** The entry has verified a token of the issuer. It may have been evicted meanwhile. */
  confirm(issuer: string, entry: E): void {
    if (this.#verified.has(issuer)) return;
    entry.retain();
    this.#verified.set(issuer, entry);
    this.#unverified.get(issuer)?.release();
    this.#unverified.delete(issuer);
    this.#evict();
  }

  /** One that has verified nothing always has a place, so that a new tenant can do so. */
  #evict(): void {
    while (this.#verified.size > this.#maxIssuers) this.#evictOldest(this.#verified);
    const places = Math.max(1, this.#maxIssuers - this.#verified.size);
    while (this.#unverified.size > places) this.#evictOldest(this.#unverified);
  }

  #evictOldest(entries: Map<string, E>): void {
    for (const [issuer, entry] of entries) {
      entries.delete(issuer);
      return entry.release();
    }
  }
}

/** Marks the entry as used last. */
function use<E>(entries: Map<string, E>, issuer: string): E | undefined {
  const entry = entries.get(issuer);
  if (entry === undefined) return undefined;
  entries.delete(issuer);
  entries.set(issuer, entry);
  return entry;
}
