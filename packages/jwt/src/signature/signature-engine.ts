import type { KeyObject } from 'node:crypto';
import type { DecodedJws } from '../compact/decode-compact-jws.ts';

/** True where the signature is good, by the key and the algorithm it was prepared for. May throw: that is a no. */
export type SignatureCheck = (jws: DecodedJws) => boolean | Promise<boolean>;

/** Who does the cryptography. A key is made ready once, for one algorithm at a time. */
export interface SignatureEngine {
  /** Undefined where this engine cannot verify that algorithm with that key; another may. */
  prepare(algorithm: string, key: KeyObject): SignatureCheck | undefined;
  /** The same check on another thread; undefined where the way there costs more than the signature. */
  prepareElsewhere?(algorithm: string, key: KeyObject): SignatureCheck | undefined;
}
