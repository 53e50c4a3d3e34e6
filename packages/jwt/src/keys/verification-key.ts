import type { KeyObject } from 'node:crypto';
import type { DecodedJws } from '../compact/decode-compact-jws.ts';
import type { SignatureCheck, SignatureEngine, Thread } from '../signature/signature-engine.ts';
import { signatureBytesOf } from './algorithms.ts';

interface PreparedCheck {
  readonly signatureBytes: number;
  readonly check: SignatureCheck;
}

/** An imported key, prepared for verification. */
export class VerificationKey {
  readonly kid: string | undefined;
  readonly symmetric: boolean;
  /** The only algorithm it verifies; undefined for an RSA key without `alg`. */
  readonly algorithm: string | undefined;
  /** The public members of the JWK; undefined for a secret. */
  readonly material: Readonly<Record<string, string>> | undefined;
  readonly #keyObject: KeyObject;
  readonly #engines: readonly SignatureEngine[];
  /** By algorithm: an RSA key without `alg` may be used with several. */
  readonly #prepared = new Map<string, PreparedCheck>();

  /** @throws if no engine can verify with it. */
  constructor(
    key: Pick<VerificationKey, 'kid' | 'algorithm' | 'material'> & {
      readonly keyObject: KeyObject;
    },
    engines: readonly SignatureEngine[],
  ) {
    this.kid = key.kid;
    this.algorithm = key.algorithm;
    this.material = key.material;
    this.#keyObject = key.keyObject;
    this.symmetric = key.keyObject.type === 'secret';
    this.#engines = engines;
    if (key.algorithm !== undefined) this.#prepare(key.algorithm);
  }

  get isRsa(): boolean {
    return this.#keyObject.asymmetricKeyType === 'rsa';
  }

  /** True if both are the same key, whatever their `kid` and algorithm. */
  hasSameKey(other: VerificationKey): boolean {
    return this.#keyObject.equals(other.#keyObject);
  }

  /**
   * True if this key made the signature with this algorithm. An engine that throws means false: a token
   * must not be able to choose how verification fails.
   */
  verify(jws: DecodedJws, algorithm: string, thread: Thread = 'this'): boolean | Promise<boolean> {
    try {
      const prepared = this.#prepared.get(algorithm) ?? this.#prepare(algorithm);
      const { signatureBytes, check } = prepared;
      // OpenSSL also accepts RSASSA-PSS signatures without their leading zeros.
      if (jws.signatureBytes.length !== signatureBytes) return false;
      const good = check(jws, thread);
      return typeof good === 'boolean' ? good : good.catch(() => false);
    } catch {
      return false;
    }
  }

  #prepare(algorithm: string): PreparedCheck {
    for (const engine of this.#engines) {
      const check = engine.prepare(algorithm, this.#keyObject);
      if (check === undefined) continue;
      const signatureBytes = signatureBytesOf(algorithm, this.#keyObject);
      const prepared = { signatureBytes, check };
      this.#prepared.set(algorithm, prepared);
      return prepared;
    }
    throw new TypeError(`no engine verifies ${algorithm} with this key`);
  }
}
