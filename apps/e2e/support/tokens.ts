import { createHs256Authenticator } from '@grpc-authn/hs256';
import { type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'orders';

const SECRET = crypto.getRandomValues(new Uint8Array(32));
/** As a config file holds it, `encoding: base64`. */
export const SECRET_TEXT: string = Buffer.from(SECRET).toString('base64');

/** A token that `hs256()` accepts, unless the claims or the key say otherwise. */
export function token(claims: JWTPayload = {}, secret = SECRET): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'alice',
    iat: nowSeconds,
    exp: nowSeconds + 300,
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
}

export function hs256(): ReturnType<typeof createHs256Authenticator> {
  return createHs256Authenticator({
    secrets: [{ bytes: SECRET }],
    issuer: ISSUER,
    audience: AUDIENCE,
  });
}
