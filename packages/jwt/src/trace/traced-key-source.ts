import type { AuthError } from '@grpc-authn/core/authenticator';
import type { KeySource } from '../authenticator/key-source.ts';
import { ImportedKeySet, type KeySet } from '../keys/key-set.ts';

type Keys = KeySet | AuthError;

/** A source of keys that remembers the last keys. */
export class TracedKeySource implements KeySource {
  readonly lookUp?: NonNullable<KeySource['lookUp']>;
  readonly #source: KeySource;
  #last: ImportedKeySet | undefined;

  constructor(source: KeySource) {
    this.#source = source;
    if (source.lookUp === undefined) return;
    this.lookUp = async (isFound, signal) => this.#note(await source.lookUp?.(isFound, signal));
  }

  /** Undefined if the source had none, or failed. */
  get last(): ImportedKeySet | undefined {
    return this.#last;
  }

  async keys(): Promise<Keys> {
    return this.#note(await this.#source.keys());
  }

  #note(keys: Keys | undefined): Keys {
    this.#last = ImportedKeySet.is(keys) ? keys : undefined;
    return keys as Keys;
  }
}
