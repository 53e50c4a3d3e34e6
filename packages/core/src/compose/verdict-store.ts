import { isB64Token } from '../contract/b64token.ts';

/** Places in a set. With four, a full set seldom evicts an entry that is used. */
const WAYS = 4;
/** Some bits of the last base64url character are always zero, so it is not sampled. */
const SKIPPED = 1;
/** Characters that select the set: at the end, where signatures differ, and spread over the rest. */
const SAMPLED_AT_END = 6;
const SAMPLED_BEFORE = 4;

/** An entry is used before both: by the time of day, and by the steady time, which nobody sets back. */
export interface Until {
  readonly untilMs: number;
  readonly untilSteadyMs: number;
}

interface Entry<V> extends Until {
  readonly key: string;
  readonly isB64Token: boolean;
  readonly scheme: string;
  readonly value: V;
  usedAt: number;
}

/**
 * A bounded store by token. A few characters select a set of four places, and then the whole token is
 * compared: a look-up hashes nothing, allocates nothing, and never confuses similar tokens. A full set
 * evicts its least recently used entry.
 */
export class VerdictStore<V> {
  readonly #places: (Entry<V> | undefined)[];
  readonly #sets: number;
  #uses = 0;
  /** What hasB64Token() found, and for which string: the look-up that usually follows need not search again. */
  #found: Entry<V> | undefined;
  #foundFor: string | undefined;

  constructor(maxEntries: number) {
    const ways = Math.min(WAYS, maxEntries);
    this.#sets = Math.max(1, Math.floor(maxEntries / ways));
    this.#places = Array.from({ length: this.#sets * ways });
  }

  get(key: string, scheme: string, nowMs: number, steadyMs: number): V | undefined {
    const entry = this.#find(key, scheme);
    this.#forgetFound();
    if (entry === undefined) return undefined;
    if (nowMs < entry.untilMs && steadyMs < entry.untilSteadyMs) {
      entry.usedAt = this.#uses += 1;
      return entry.value;
    }
    this.#remove(entry);
    return undefined;
  }

  /** True if a token with only b64token characters is stored under this key, even if it has expired. */
  hasB64Token(key: string, scheme: string): boolean {
    const entry = this.#find(key, scheme);
    this.#found = entry;
    this.#foundFor = entry && key;
    return entry?.isB64Token === true;
  }

  #find(key: string, scheme: string): Entry<V> | undefined {
    const found = this.#found;
    if (found !== undefined && this.#foundFor === key && found.scheme === scheme) return found;
    const start = this.#startOf(key);
    for (let place = start; place < start + this.#ways; place += 1) {
      const entry = this.#places[place];
      if (entry !== undefined && entry.key === key && entry.scheme === scheme) return entry;
    }
    return undefined;
  }

  set(
    key: string,
    scheme: string,
    value: V,
    { untilMs, untilSteadyMs }: Until,
    nowMs: number,
  ): void {
    const usedAt = (this.#uses += 1);
    // A header's string may be a view into a large buffer, which would stay in memory with it.
    const copy = Buffer.from(key, 'latin1').toString('latin1');
    // Outside of latin1 the copy would be another token.
    if (copy !== key) return;
    this.#forgetFound();
    this.#places[this.#placeFor(key, scheme, nowMs)] = {
      key: copy,
      isB64Token: isB64Token(copy),
      scheme,
      value,
      untilMs,
      untilSteadyMs,
      usedAt,
    };
  }

  clear(): void {
    this.#forgetFound();
    this.#places.fill(undefined);
  }

  /** Releases the string, which may be a view into a large buffer, and an entry that may be replaced. */
  #forgetFound(): void {
    this.#found = undefined;
    this.#foundFor = undefined;
  }

  #remove(entry: Entry<V>): void {
    this.#places[this.#places.indexOf(entry, this.#startOf(entry.key))] = undefined;
  }

  get #ways(): number {
    return this.#places.length / this.#sets;
  }

  #placeFor(key: string, scheme: string, nowMs: number): number {
    const start = this.#startOf(key);
    let chosen = start;
    let oldestUse = Number.POSITIVE_INFINITY;
    for (let place = start; place < start + this.#ways; place += 1) {
      const entry = this.#places[place];
      if (entry?.key === key && entry.scheme === scheme) return place;
      const usedAt = entry === undefined || entry.untilMs <= nowMs ? -1 : entry.usedAt;
      if (usedAt < oldestUse) [chosen, oldestUse] = [place, usedAt];
    }
    return chosen;
  }

  #startOf(key: string): number {
    const end = key.length - SKIPPED;
    let hash = key.length;
    for (let at = Math.max(0, end - SAMPLED_AT_END); at < end; at += 1) {
      hash = Math.imul(hash, 31) + key.charCodeAt(at);
    }
    const stride = Math.max(1, Math.floor(end / (SAMPLED_BEFORE + 1)));
    for (let sample = 1; sample <= SAMPLED_BEFORE; sample += 1) {
      hash = Math.imul(hash, 31) + (key.charCodeAt(sample * stride) | 0);
    }
    return ((hash >>> 0) % this.#sets) * this.#ways;
  }
}
