import type { JsonObject } from '@grpc-authn/core/authenticator';
import {
  createSigningKey,
  type SigningKey,
  signJws,
} from '../../../jwt/test/support/signing-key.ts';
import { createSpiffeAuthenticator } from '../../src/index.ts';

export const TRUST_DOMAIN = 'acme.example';
export const AUDIENCE = 'orders';
export const ID = 'spiffe://acme.example/ns/prod/sa/web';

/** A key of a bundle as SPIRE publishes it: without `alg`. */
export function bundleKey({ jwk }: SigningKey, changes: object = {}): JsonObject {
  const { alg: _, ...rest } = jwk;
  return { ...rest, use: 'jwt-svid', ...changes };
}

/** A good SVID with these changes, correctly signed; undefined removes a claim or a member of the header. */
export function svid(key: SigningKey, claims: object = {}, header: object = {}): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const times = { iat: nowSeconds, exp: nowSeconds + 86_400 };
  return signJws(
    key,
    { alg: key.alg, kid: key.kid, typ: 'JWT', ...header },
    { sub: ID, aud: [AUDIENCE], ...times, ...claims },
  );
}

type Options = Parameters<typeof createSpiffeAuthenticator>[0];

/** An authenticator of the trust domain, whose bundle has the keys. */
export function createVerifier(
  keys: readonly unknown[],
  options: Partial<Options> = {},
): ReturnType<typeof createSpiffeAuthenticator> {
  return createSpiffeAuthenticator({
    trustDomain: TRUST_DOMAIN,
    bundle: { keys },
    audience: AUDIENCE,
    ...options,
  });
}

export { createSigningKey, type SigningKey };
