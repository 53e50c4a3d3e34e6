import { createHmac, randomBytes } from 'node:crypto';
import { startTestIssuer } from '@grpc-authn/testing';

/** An issuer on loopback, and the environment variables that the programs need for it. */
export interface Credentials {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function openCredentials(): Promise<Credentials> {
  const issuer = await startTestIssuer();
  const secret = randomBytes(32);
  const hs256Issuer = 'https://login.example.com';
  return {
    env: {
      ISSUER: issuer.issuer,
      JWKS_URI: issuer.jwksUri,
      TOKEN: await issuer.sign({ aud: 'orders', scope: 'orders:read' }),
      OPAQUE_TOKEN: issuer.opaque({ aud: 'orders' }),
      SECRET: secret.toString('base64'),
      HS256_ISSUER: hs256Issuer,
      HS256_TOKEN: hs256Token(hs256Issuer, secret),
    },
    close: () => issuer.close(),
  };
}

/** Valid for an hour, because there are many programs. */
function hs256Token(iss: string, secret: Buffer): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss, aud: 'orders', sub: 'alice', iat, exp: iat + 3600 };
  const signed = [{ alg: 'HS256' }, claims].map(encode).join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function encode(object: object): string {
  return Buffer.from(JSON.stringify(object)).toString('base64url');
}
