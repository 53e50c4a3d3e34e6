import {
  constants,
  createHmac,
  generateKeyPair,
  KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { JsonObject } from '@grpc-authn/core/authenticator';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  /** Undefined for a secret, because secrets are never published. */
  readonly publicJwk: JsonObject | undefined;
  readonly privateKey: KeyObject | Uint8Array;
}

const generate = promisify(generateKeyPair) as (
  type: string,
  options: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>;

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES256K: 'secp256k1',
  ES384: 'P-384',
  ES512: 'P-521',
};

/** Generates a key for an algorithm. */
export async function createSigningKey(alg: string): Promise<SigningKey> {
  const kid = randomUUID();
  if (alg.startsWith('HS')) {
    return { kid, alg, publicJwk: undefined, privateKey: randomBytes(Number(alg.slice(2)) / 8) };
  }
  const { publicKey, privateKey } = await generatePair(alg);
  const jwk = publicKey.export({ format: 'jwk' }) as JsonObject;
  return { kid, alg, publicJwk: { ...jwk, kid, alg, use: 'sig' }, privateKey };
}

function generatePair(alg: string): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  if (/^[RP]S(256|384|512)$/.test(alg)) return generate('rsa', { modulusLength: 2048 });
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return generate('ec', { namedCurve });
  if (alg === 'EdDSA' || alg === 'Ed25519') return generate('ed25519', {});
  if (alg === 'Ed448') return generate('ed448', {});
  throw new TypeError(`startTestIssuer: unknown algorithm ${JSON.stringify(alg)}`);
}

/** Signs any bytes with the key's own algorithm, whatever a header says. */
export function signBytes({ alg, privateKey }: SigningKey, bytes: Buffer): Buffer {
  const hash = alg.startsWith('Ed') ? null : `sha${alg.slice(2, 5)}`;
  if (!(privateKey instanceof KeyObject)) {
    return createHmac(hash ?? '', privateKey)
      .update(bytes)
      .digest();
  }
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  const padding = alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
    : undefined;
  // JOSE concatenates r and s (RFC 7518, section 3.4).
  return sign(hash, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding });
}

/** An opaque token: random, without content. */
export function createOpaqueToken(): string {
  return randomBytes(24).toString('base64url');
}
