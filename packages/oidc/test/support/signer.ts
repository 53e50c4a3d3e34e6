import { generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';

export const AUDIENCE = 'orders';

export interface Signer {
  readonly jwk: JsonWebKey & { readonly kid: string };
  token(issuer: string, header?: object): string;
}

/** Good for a day, so that tests may let hours pass. */
const LIFETIME_SECONDS = 86_400;

export function createSigner(kid: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' },
    token(issuer, header = {}) {
      const iat = Math.floor(Date.now() / 1000);
      const claims = { iss: issuer, aud: AUDIENCE, sub: 'alice', iat, exp: iat + LIFETIME_SECONDS };
      const parts = [{ alg: 'EdDSA', typ: 'at+jwt', kid, ...header }, claims];
      const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
      const signature = sign(null, Buffer.from(input.join('.')), privateKey);
      return `${input.join('.')}.${signature.toString('base64url')}`;
    },
  };
}
