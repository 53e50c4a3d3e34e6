import type { Authenticator } from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createOidcAuthenticator } from '@grpc-authn/oidc';

const audience = 'orders';
const issuer = process.env['ORDERS_ISSUER'] ?? '';

/** The same server, whoever verifies: ORDERS_AUTH names one of these. */
const AUTHENTICATORS: Readonly<Record<string, () => Authenticator<object>>> = {
  hs256: () =>
    createHs256Authenticator({
      secrets: [{ text: process.env['ORDERS_JWT_SECRET'] ?? '', encoding: 'base64' }],
      issuer,
      audience,
    }),
  jwks: () =>
    createJwksAuthenticator({
      jwks: { url: process.env['ORDERS_JWKS_URL'] ?? '' },
      issuer,
      audience,
    }),
  oidc: () => createOidcAuthenticator({ issuer, audience }),
};

export function chooseAuthenticator(name = ''): Authenticator<object> {
  const create = AUTHENTICATORS[name];
  if (create !== undefined) return create();
  throw new Error(`ORDERS_AUTH: wanted one of ${Object.keys(AUTHENTICATORS).join(', ')}`);
}
