import { flattenedVerify } from 'jose';
import type { CompactJws } from '../compact/split-compact-jws.ts';
import type { VerificationKey } from '../keys/import-key.ts';

/**
 * True where the signature is the key's own, by this algorithm and no other. jose does the
 * cryptography. Whatever it throws means no: a token must not be able to pick the kind of failure.
 */
export async function verifySignature(
  jws: CompactJws,
  algorithm: string,
  key: VerificationKey,
): Promise<boolean> {
  const { header, payload, signature } = jws;
  const algorithms = algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm];
  try {
    await flattenedVerify({ protected: header, payload, signature }, key.keyObject, { algorithms });
    return true;
  } catch {
    return false;
  }
}

/** Each key in turn, until one fits. */
export async function verifyWithAny(
  jws: CompactJws,
  algorithm: string,
  keys: readonly VerificationKey[],
): Promise<boolean> {
  for (const key of keys) {
    if (await verifySignature(jws, algorithm, key)) return true;
  }
  return false;
}
