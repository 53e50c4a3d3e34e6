import type { DecodedJws } from '../compact/decode-compact-jws.ts';
import type { VerificationKey } from '../keys/verification-key.ts';
import type { Thread } from './signature-engine.ts';

/**
 * Tries the keys in order, with this algorithm only. True if one of them made the signature. Returns a
 * promise only if an engine does.
 */
export function verifyWithAny(
  jws: DecodedJws,
  algorithm: string,
  keys: readonly VerificationKey[],
  thread: Thread = 'this',
): boolean | Promise<boolean> {
  let tried = 0;
  for (const key of keys) {
    const good = key.verify(jws, algorithm, thread);
    tried += 1;
    if (good === true) return true;
    if (good !== false) {
      return good.then((late) => late || verifyWithAny(jws, algorithm, keys.slice(tried), thread));
    }
  }
  return false;
}
