import type { DecodedJws } from '../compact/decode-compact-jws.ts';
import type { VerificationKey } from '../keys/verification-key.ts';

/**
 * True where the signature is that of one of these keys, by this algorithm and no other: each in turn,
 * until one fits. A promise only where an engine answers with one, or on another thread.
 */
export function verifyWithAny(
  jws: DecodedJws,
  algorithm: string,
  keys: readonly VerificationKey[],
  elsewhere = false,
): boolean | Promise<boolean> {
  let tried = 0;
  for (const key of keys) {
    const good = key.verify(jws, algorithm, elsewhere);
    tried += 1;
    if (good === true) return true;
    if (good !== false) {
      return good.then(
        (late) => late || verifyWithAny(jws, algorithm, keys.slice(tried), elsewhere),
      );
    }
  }
  return false;
}
