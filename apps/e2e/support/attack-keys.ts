import {
  constants,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** A key that signs any bytes under any header, and the JWK of its public part. */
export interface Key {
  readonly alg: string;
  readonly kid: string;
  /** Undefined for a secret. */
  readonly publicKey: KeyObject | undefined;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey & { readonly kid: string; readonly alg: string };
}

/** Strings and bytes are used as they are; anything else is encoded as JSON. */
export type Part = object | string | Uint8Array;

export function createKey(alg: string, kid: string = alg): Key {
  if (alg.startsWith('HS')) return secretKey(randomBytes(Number(alg.slice(2)) / 8), alg, kid);
  const { privateKey, publicKey } = /^[RP]S/.test(alg)
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : alg.startsWith('ES')
      ? generateKeyPairSync('ec', { namedCurve: CURVES[alg] ?? '' })
      : generateKeyPairSync('ed25519');
  return {
    alg,
    kid,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), alg, kid },
  };
}

/** How an attacker signs: with a public key of another party, or not at all. */
export function secretKey(bytes: Uint8Array, alg = 'HS256', kid = alg): Key {
  const secret = createSecretKey(bytes);
  return { alg, kid, privateKey: secret, publicKey: undefined, jwk: { kty: 'oct', alg, kid } };
}

export function encode(part: Part): string {
  const bytes =
    part instanceof Uint8Array ? part : typeof part === 'string' ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString('base64url');
}

/** A compact JWS of any parts, valid or not. */
export function jws(key: Key, header: Part, payload: Part): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signInput(key, input).toString('base64url')}`;
}

export function signInput({ alg, privateKey }: Key, input: string): Buffer {
  const hash = `sha${alg.slice(2)}`;
  const data = Buffer.from(input);
  if (alg.startsWith('HS')) return createHmac(hash, privateKey).update(data).digest();
  if (alg.startsWith('RS')) return sign(hash, data, privateKey);
  if (alg.startsWith('ES')) return sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  if (!alg.startsWith('PS')) return sign(null, data, privateKey);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return sign(hash, data, { key: privateKey, padding, saltLength });
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  ES256K: 'secp256k1',
};
