import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

export const ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A key in a form that can be sent to another process. */
export interface SigningMaterial {
  readonly algorithm: Algorithm;
  readonly kid: string;
  /** With the private part; `oct` for a secret. */
  readonly jwk: JsonWebKey;
}

/** The keys of an issuer, as it publishes them while it rotates. Tokens are signed with the first one. */
export type KeySet = readonly [signing: SigningMaterial, next: SigningMaterial];

export function createKeySet(algorithm: Algorithm): KeySet {
  return [createSigningMaterial(algorithm), createSigningMaterial(algorithm, 'bench-next')];
}

export function createSigningMaterial(algorithm: Algorithm, kid = 'bench'): SigningMaterial {
  if (algorithm === 'HS256') {
    // Plain text, so that no parser takes it for PEM or JSON, as could happen with 32 random bytes.
    const secret = Buffer.from(randomBytes(32).toString('hex'));
    return { algorithm, kid, jwk: { kty: 'oct', k: secret.toString('base64url') } };
  }
  return { algorithm, kid, jwk: generatePrivateKey(algorithm).export({ format: 'jwk' }) };
}

function generatePrivateKey(algorithm: Exclude<Algorithm, 'HS256'>): KeyObject {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

export function privateKeyOf({ jwk }: SigningMaterial): KeyObject {
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

export function publicKeyOf(material: SigningMaterial): KeyObject {
  return createPublicKey(privateKeyOf(material));
}

export function secretOf({ jwk }: SigningMaterial): Buffer {
  return Buffer.from(jwk.k ?? '', 'base64url');
}

/** As a provider publishes it. */
export function publicJwkOf(material: SigningMaterial): JsonWebKey {
  const { algorithm: alg, kid } = material;
  return { ...publicKeyOf(material).export({ format: 'jwk' }), kid, alg, use: 'sig' };
}
