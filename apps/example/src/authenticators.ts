import { anyOf, type Authenticator } from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createOidcAuthenticator } from '@grpc-authn/oidc';

const env = (name: string): string => process.env[name] ?? '';
const audience = 'orders';
const issuer = env('ORDERS_ISSUER');

const hs256 = (): Authenticator<object> =>
  createHs256Authenticator({
    secrets: [{ text: env('ORDERS_JWT_SECRET'), encoding: 'base64' }],
    issuer: env('ORDERS_LEGACY_ISSUER'),
    audience,
  });

const oidc = (): Authenticator<object> => createOidcAuthenticator({ issuer, audience });

const introspection = (cache?: false): Authenticator<object> =>
  createIntrospectionAuthenticator({
    name: cache === false ? 'second-opinion' : 'introspection',
    issuer,
    audience,
    clientId: 'orders',
    clientAuthentication: {
      method: 'client_secret_basic',
      secret: env('ORDERS_CLIENT_SECRET'),
    },
    ...(cache === false ? { cache } : undefined),
  });

/** The same server, whoever verifies: ORDERS_AUTH names one of these. */
const AUTHENTICATORS: Readonly<Record<string, () => Authenticator<object>>> = {
  hs256,
  oidc,
  introspection: () => introspection(),
  jwks: () => createJwksAuthenticator({ jwks: { url: env('ORDERS_JWKS_URL') }, issuer, audience }),
  composed: () => anyOf(oidc(), hs256()),
};

export function chooseAuthenticator(name: string): Authenticator<object> {
  const create = AUTHENTICATORS[name];
  if (create !== undefined) return create();
  throw new Error(`ORDERS_AUTH: wanted one of ${Object.keys(AUTHENTICATORS).join(', ')}`);
}

/** Asked on every refund, after every cache; none where there is no provider to ask. */
export function secondOpinion(name: string): Authenticator<object> | undefined {
  return name === 'hs256' ? undefined : introspection(false);
}
