import { createHmac, createSecretKey, timingSafeEqual, verify } from 'node:crypto';
import type { Call } from '../statistics/time-calls.ts';
import { derSignatureOf, pssKeyOf } from '../tokens/bare-key.ts';
import { publicKeyOf, secretOf, type SigningMaterial } from '../tokens/signing-material.ts';

export const RAW = 'node:crypto';

/** The lower bound: only the signature, with a bare KeyObject, over bytes that were split before. */
export function rawFloor(material: SigningMaterial, tokens: readonly string[]): Call {
  const { algorithm } = material;
  const parts = tokens.map((token) => {
    const dot = token.lastIndexOf('.');
    const signature = Buffer.from(token.slice(dot + 1), 'base64url');
    return {
      bytes: Buffer.from(token.slice(0, dot)),
      signature: algorithm === 'ES256' ? derSignatureOf(signature) : signature,
    };
  });
  const part = (index: number) => parts[index % parts.length]!;
  if (algorithm === 'HS256') {
    const key = createSecretKey(secretOf(material));
    return (index) => {
      const { bytes, signature } = part(index);
      return timingSafeEqual(createHmac('sha256', key).update(bytes).digest(), signature);
    };
  }
  const rsa = publicKeyOf(material);
  const key = algorithm === 'PS256' ? pssKeyOf(rsa) : rsa;
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  return (index) => {
    const { bytes, signature } = part(index);
    return verify(hash, bytes, key, signature);
  };
}
