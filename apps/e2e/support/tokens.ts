import type { Clock } from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'orders';

const SECRET = crypto.getRandomValues(new Uint8Array(32));
/** In the form of a config file with `encoding: base64`. */
export const SECRET_TEXT: string = Buffer.from(SECRET).toString('base64');

/** A token that `hs256()` accepts by default; claims and key can be changed. */
export function token(claims: JWTPayload = {}, secret = SECRET): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'alice',
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
}

export function hs256(clock?: Clock): ReturnType<typeof createHs256Authenticator> {
  return createHs256Authenticator({
    ...(clock === undefined ? {} : { clock }),
    secrets: [{ bytes: SECRET }],
    issuer: ISSUER,
    audience: AUDIENCE,
  });
}
