import type { KeyObject } from 'node:crypto';
import type { DecodedJws } from '../compact/decode-compact-jws.ts';
import type { SignatureCheck, SignatureEngine } from '../signature/signature-engine.ts';
import { signatureBytesOf } from './algorithms.ts';

interface PreparedCheck {
  readonly signatureBytes: number;
  readonly check: SignatureCheck;
  readonly elsewhere: SignatureCheck | undefined;
}

/** A key that is ready: checked once, never imported again. */
export class VerificationKey {
  readonly kid: string | undefined;
  readonly symmetric: boolean;
  /** The one algorithm it verifies; undefined for an RSA key that declares none. */
  readonly algorithm: string | undefined;
  /** What of the JWK makes the key; undefined for a secret. */
  readonly material: Readonly<Record<string, string>> | undefined;
  readonly #keyObject: KeyObject;
  readonly #engines: readonly SignatureEngine[];
  /** By algorithm: an RSA key that declares none may be asked for several. */
  readonly #prepared = new Map<string, PreparedCheck>();

  /** @throws where no engine can verify with it. */
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

  /** True where a signature of this algorithm can be verified on another thread, and is worth the way. */
  verifiesElsewhere(algorithm: string): boolean {
    return this.#prepared.get(algorithm)?.elsewhere !== undefined;
  }

  /**
   * True where the signature is this key's, by this algorithm. Whatever an engine throws means no: a
   * token must not be able to pick the kind of failure.
   */
  verify(jws: DecodedJws, algorithm: string, elsewhere = false): boolean | Promise<boolean> {
    try {
      const prepared = this.#prepared.get(algorithm) ?? this.#prepare(algorithm);
      const { signatureBytes } = prepared;
      const check = (elsewhere ? prepared.elsewhere : undefined) ?? prepared.check;
      // A signature has one length. OpenSSL takes an RSASSA-PSS one without its leading zeros too.
      if (jws.signatureBytes.length !== signatureBytes) return false;
      const good = check(jws);
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
      const elsewhere = engine.prepareElsewhere?.(algorithm, this.#keyObject);
      const prepared = { signatureBytes, check, elsewhere };
      this.#prepared.set(algorithm, prepared);
      return prepared;
    }
    throw new TypeError(`no engine verifies ${algorithm} with this key`);
  }
}
