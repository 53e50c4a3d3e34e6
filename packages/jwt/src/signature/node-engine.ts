import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import type { DecodedJws } from '../compact/decode-compact-jws.ts';
import { derSignature } from './der-signature.ts';
import { toPssKey } from './pss-key.ts';
import type { SignatureCheck, SignatureEngine } from './signature-engine.ts';

/**
 * node:crypto, at once and on this thread: the way to the thread pool costs more than most signatures.
 * Keys are bare KeyObjects, since on Node.js 24 an options object around one costs 13 to 28 µs a call.
 */
export const nodeEngine: SignatureEngine = {
  prepare(algorithm: string, key: KeyObject): SignatureCheck | undefined {
    const hash = `sha${algorithm.slice(2)}`;
    switch (algorithm) {
      case 'HS256':
      case 'HS384':
      case 'HS512':
        return (jws) => isHmac(jws, hash, key);
      case 'RS256':
      case 'RS384':
      case 'RS512':
        return (jws) => verify(hash, inputOf(jws), key, jws.signatureBytes);
      case 'PS256':
      case 'PS384':
      case 'PS512': {
        const pssKey = toPssKey(key, hash);
        if (pssKey === undefined) return undefined;
        return (jws) => verify(hash, inputOf(jws), pssKey, jws.signatureBytes);
      }
      case 'ES256':
      case 'ES384':
      case 'ES512':
        return (jws) => verify(hash, inputOf(jws), key, derSignature(jws.signatureBytes));
      case 'EdDSA':
        return (jws) => verify(null, inputOf(jws), key, jws.signatureBytes);
      default:
        return undefined;
    }
  },

  /** The way to the thread pool and back costs as much as two or three RSA signatures. */
  prepareElsewhere(algorithm: string, key: KeyObject): SignatureCheck | undefined {
    switch (algorithm) {
      case 'ES256':
      case 'ES384':
      case 'ES512':
        return (jws) =>
          verifyOnPool(`sha${algorithm.slice(2)}`, jws, key, derSignature(jws.signatureBytes));
      case 'EdDSA':
        return (jws) => verifyOnPool(null, jws, key, jws.signatureBytes);
      default:
        return undefined;
    }
  },
};

/** RFC 7515, section 5.2. It is base64url and a dot, so one byte a character. */
function inputOf({ signingInput }: DecodedJws): Buffer {
  return Buffer.from(signingInput, 'latin1');
}

function verifyOnPool(
  hash: string | null,
  jws: DecodedJws,
  key: KeyObject,
  signature: Uint8Array,
): Promise<boolean> {
  return new Promise((resolve) => {
    verify(hash, inputOf(jws), key, signature, (error, good) => resolve(error === null && good));
  });
}

function isHmac(
  { signingInput, signatureBytes }: DecodedJws,
  hash: string,
  key: KeyObject,
): boolean {
  const digest = createHmac(hash, key).update(signingInput, 'latin1').digest();
  return timingSafeEqual(digest, signatureBytes);
}
