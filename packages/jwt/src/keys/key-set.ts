import { rsaAlgorithmOf } from './algorithms.ts';
import type { VerificationKey } from './verification-key.ts';

/** Keys prepared for verification, made by `importKeySet`. */
export interface KeySet {
  /** The number of usable keys. */
  readonly size: number;
  /** The keys that were left out, and why, for the operator. */
  readonly refused: readonly { readonly kid: string | undefined; readonly why: string }[];
}

/** Asymmetric keys tried for a token without `kid`: each attempt costs a signature check. */
const MAX_TRIED_ASYMMETRIC = 4;
/** HMACs are cheap, and hs256 takes at most eight secrets. */
const MAX_TRIED_SYMMETRIC = 8;

export class ImportedKeySet implements KeySet {
  readonly size: number;
  readonly refused: KeySet['refused'];
  /** Entries of the set that list a usable key again. */
  readonly repeated: number;
  readonly #keys: readonly VerificationKey[];
  readonly #byKid = new Map<string, VerificationKey[]>();

  constructor(keys: readonly VerificationKey[], refused: KeySet['refused'], repeated: number) {
    this.size = keys.length;
    this.refused = Object.freeze(refused);
    this.repeated = repeated;
    this.#keys = [...keys];
    for (const key of keys) {
      if (key.kid === undefined) continue;
      const others = this.#byKid.get(key.kid);
      if (others === undefined) this.#byKid.set(key.kid, [key]);
      else others.push(key);
    }
    Object.freeze(this);
  }

  get kids(): readonly string[] {
    return [...this.#byKid.keys()];
  }

  /** The usable keys by name, for the operator. An RSA key without `alg` has no algorithm of its own. */
  get used(): readonly {
    readonly kid: string | undefined;
    readonly algorithm: string | undefined;
  }[] {
    return this.#keys.map(({ kid, algorithm }) => ({ kid, algorithm }));
  }

  hasKid(kid: string): boolean {
    return this.#byKid.has(kid);
  }

  /**
   * The keys to try for a header: those of its `kid`, if it has one, that verify its algorithm. The
   * token selects a key, but never the algorithm that a key verifies.
   */
  candidates(
    kid: string | undefined,
    algorithm: string,
    allowed: readonly string[],
  ): readonly VerificationKey[] {
    const named = kid === undefined ? this.#keys : (this.#byKid.get(kid) ?? []);
    const fitting = named.filter((key) => (key.algorithm ?? rsaAlgorithmOf(allowed)) === algorithm);
    const max = fitting[0]?.symmetric === true ? MAX_TRIED_SYMMETRIC : MAX_TRIED_ASYMMETRIC;
    return fitting.length > max ? fitting.slice(0, max) : fitting;
  }

  /** True if a key of `earlier`, the set that this one replaces, is missing from this set. */
  lacksSomeOf(earlier: ImportedKeySet): boolean {
    const kept = new Set(this.#keys.map(identityOf));
    return earlier.#keys.some((key) => !kept.has(identityOf(key)));
  }

  static is(value: unknown): value is ImportedKeySet {
    return typeof value === 'object' && value !== null && #keys in value;
  }
}

/** Two keys with the same kid, algorithm and key material are one key. */
function identityOf({ kid, algorithm, material }: VerificationKey): string {
  return JSON.stringify([kid, algorithm, material]);
}
