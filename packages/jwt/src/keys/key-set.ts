import { rsaAlgorithmOf } from './algorithms.ts';
import type { VerificationKey } from './verification-key.ts';

/** Keys that are ready to verify with, made by `importKeySet`. */
export interface KeySet {
  /** How many keys may be used. */
  readonly size: number;
  /** Which were left out, and why: for the operator. */
  readonly refused: readonly { readonly kid: string | undefined; readonly why: string }[];
}

/** A token without `kid` is tried with this many asymmetric keys at most: each try costs. */
const MOST_TRIED_ASYMMETRIC = 4;
/** HMACs are cheap, and eight secrets are the most that hs256 holds. */
const MOST_TRIED_SYMMETRIC = 8;

export class ImportedKeySet implements KeySet {
  readonly size: number;
  readonly refused: KeySet['refused'];
  readonly #keys: readonly VerificationKey[];
  readonly #byKid = new Map<string, VerificationKey[]>();

  constructor(keys: readonly VerificationKey[], refused: KeySet['refused']) {
    this.size = keys.length;
    this.refused = Object.freeze(refused);
    this.#keys = [...keys];
    for (const key of keys) {
      if (key.kid === undefined) continue;
      const others = this.#byKid.get(key.kid);
      if (others === undefined) this.#byKid.set(key.kid, [key]);
      else others.push(key);
    }
    Object.freeze(this);
  }

  hasKid(kid: string): boolean {
    return this.#byKid.has(kid);
  }

  /**
   * The keys to try for a header: bound to its algorithm, and of its `kid` where it names one. The
   * token chooses among the keys; which algorithm a key verifies is not the token's to say.
   */
  candidates(
    kid: string | undefined,
    algorithm: string,
    allowed: readonly string[],
  ): readonly VerificationKey[] {
    const named = kid === undefined ? this.#keys : (this.#byKid.get(kid) ?? []);
    const fitting = named.filter((key) => (key.algorithm ?? rsaAlgorithmOf(allowed)) === algorithm);
    const most = fitting[0]?.symmetric === true ? MOST_TRIED_SYMMETRIC : MOST_TRIED_ASYMMETRIC;
    return fitting.length > most ? fitting.slice(0, most) : fitting;
  }

  /** True where this set, which replaces `earlier`, has no more a key that was in it. */
  lacksSomeOf(earlier: ImportedKeySet): boolean {
    const kept = new Set(this.#keys.map(identityOf));
    return earlier.#keys.some((key) => !kept.has(identityOf(key)));
  }

  static is(value: unknown): value is ImportedKeySet {
    return typeof value === 'object' && value !== null && #keys in value;
  }
}

/** What a key verifies, and under which name: two keys that agree in it are one. */
function identityOf({ kid, algorithm, material }: VerificationKey): string {
  return JSON.stringify([kid, algorithm, material]);
}
