import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

/** The issuer of every token that does not name another. */
export const ISSUER = 'https://id.example.com';
export const AUDIENCE = 'orders';

/** A key pair: its public half is published, its private half signs. */
export interface Signer {
  readonly kid: string;
  readonly jwk: JsonWebKey & { readonly kid: string };
  /** Undefined takes a claim or a member of the header out. */
  token(claims?: object, header?: object): string;
}

/** Good for a day, so that tests may let hours pass. */
const LIFETIME_SECONDS = 86_400;

export function createSigner(kid: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    kid,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' },
    token: (claims, header) => signToken(privateKey, { kid, ...header }, claims),
  };
}

const otherKey = generateKeyPairSync('ed25519').privateKey;

/** A good token in all but its key, which nobody publishes. */
export function unknownToken(
  kid: string | undefined = crypto.randomUUID(),
  claims?: object,
): string {
  return signToken(otherKey, { kid }, claims);
}

function signToken(key: KeyObject, header: object, claims: object = {}): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const times = { iat: nowSeconds, exp: nowSeconds + LIFETIME_SECONDS };
  const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'alice', ...times, ...claims };
  const parts = [{ alg: 'EdDSA', typ: 'at+jwt', ...header }, payload];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = sign(null, Buffer.from(input.join('.')), key);
  return `${input.join('.')}.${signature.toString('base64url')}`;
}
