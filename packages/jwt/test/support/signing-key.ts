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

/** A private key, and the JWK of its public key (or of the secret itself). */
export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey & { readonly alg: string; readonly kid: string };
}

/** Strings and bytes are used as they are; anything else is written as JSON. */
export type Part = object | string | Uint8Array;

export function createSigningKey(alg: string, kid: string = alg): SigningKey {
  const { privateKey, published } = createPair(alg);
  return { alg, kid, privateKey, jwk: { ...published.export({ format: 'jwk' }), alg, kid } };
}

/** The same key under another algorithm or kid. */
export function renameKey(
  key: SigningKey,
  names: { readonly alg?: string; readonly kid?: string },
): SigningKey {
  return { ...key, ...names, jwk: { ...key.jwk, ...names } };
}

/** The JWK without `alg`, as many providers publish it. */
export function withoutAlgorithm(key: SigningKey): JsonWebKey {
  const { alg: _, ...jwk } = key.jwk;
  return jwk;
}

export function encodePart(part: Part): string {
  const bytes =
    part instanceof Uint8Array ? part : typeof part === 'string' ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString('base64url');
}

export function signJws(key: SigningKey, header: Part, payload: Part): string {
  const input = `${encodePart(header)}.${encodePart(payload)}`;
  return `${input}.${signInput(key, input).toString('base64url')}`;
}

/** With node:crypto only, so that tests can sign invalid headers and payloads. */
export function signInput(key: SigningKey, input: string): Buffer {
  const { alg, privateKey } = key;
  const hash = `sha${alg.slice(2)}`;
  const data = Buffer.from(input);
  switch (alg.slice(0, 2)) {
    case 'HS':
      return createHmac(hash, privateKey).update(data).digest();
    case 'RS':
      return sign(hash, data, privateKey);
    case 'PS': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return sign(hash, data, {
        key: privateKey,
        padding,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    }
    case 'ES':
      return sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    default:
      return sign(null, data, privateKey);
  }
}

function createPair(alg: string): {
  readonly privateKey: KeyObject;
  readonly published: KeyObject;
} {
  if (alg.startsWith('HS')) {
    const secret = createSecretKey(randomBytes(64));
    return { privateKey: secret, published: secret };
  }
  const { privateKey, publicKey } = /^[RP]S/.test(alg)
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : alg.startsWith('ES')
      ? generateKeyPairSync('ec', { namedCurve: CURVES[alg] ?? '' })
      : generateKeyPairSync('ed25519');
  return { privateKey, published: publicKey };
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  ES256K: 'secp256k1',
};
