import type { JsonWebKey } from 'node:crypto';
import { AuthError, type Authenticator, type ManagedAuthenticator } from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { AUDIENCE } from '../tokens.ts';

export const ADAPTERS = ['hs256', 'jwks', 'oidc', 'introspection'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/** What an authenticator under load trusts. */
export interface Trust {
  readonly issuer: string;
  readonly jwk: JsonWebKey;
  /** In base64. */
  readonly secret: string;
}

export interface AdapterSettings {
  /** Concurrent requests to the provider. */
  readonly maxConcurrent?: number;
  /** One request to the provider. */
  readonly requestMs?: number;
}

/** With the adapters' defaults, except for what a test has to know or to wait for. */
export function createAdapter(
  adapter: Adapter,
  { issuer, secret }: Trust,
  { maxConcurrent = 64, requestMs }: AdapterSettings = {},
): ManagedAuthenticator<object> {
  const common = { issuer, audience: AUDIENCE };
  const http = requestMs === undefined ? {} : { http: { timeoutMs: requestMs } };
  switch (adapter) {
    case 'hs256':
      return createHs256Authenticator({
        ...common,
        secrets: [{ text: secret, encoding: 'base64' }],
      });
    case 'jwks':
      return createJwksAuthenticator({
        ...common,
        ...http,
        jwks: { url: `${issuer}/jwks` },
        algorithms: ['ES256'],
      });
    case 'oidc':
      return createOidcAuthenticator({ ...common, ...http, algorithms: ['ES256'] });
    case 'introspection':
      return createIntrospectionAuthenticator({
        ...common,
        ...http,
        clientId: 'orders',
        clientAuthentication: { method: 'client_secret_basic', secret: 'a-secret-of-the-client' },
        maxConcurrent,
      });
  }
}

/** An authenticator that is always unavailable, and asks callers to wait. */
export function createOutage(retryAfterMs: number): Authenticator<object> {
  return {
    name: 'outage',
    authenticate: () => new AuthError('unavailable', 'introspection', { retryAfterMs }),
  };
}
