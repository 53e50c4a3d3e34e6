// Uses every public entry point as documented, with the types that it exports.
import type { Interceptor, ServerInterceptor } from '@grpc/grpc-js';
import { createTokenSource, type TokenSource } from '@grpc-authn/client';
import { createTokenInterceptor } from '@grpc-authn/client/grpc-js';
import { createClientCredentialsSource } from '@grpc-authn/client/node';
import { loadAuth, type LoadedAuth } from '@grpc-authn/config';
import {
  anyOf,
  authenticated,
  type Authenticator,
  cached,
  createAuthInterceptor,
  definePolicy,
  getPrincipal,
  healthChecks,
  type JsonObject,
  type Policy,
  type Principal,
  reflection,
  requireScopes,
  rulesFor,
} from '@grpc-authn/core';
import { AuthError, createPrincipal, type Verdict } from '@grpc-authn/core/authenticator';
import { type AuthFailure, readAuthFailure } from '@grpc-authn/core/client';
import { type DescriptorSet, readDescriptorSet } from '@grpc-authn/core/descriptor-set';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { byIssuer, createJwtAuthenticator, importKeySet } from '@grpc-authn/jwt';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { createSpiffeAuthenticator } from '@grpc-authn/spiffe';
import { createFakeClock, type TestIssuer } from '@grpc-authn/testing';

const issuer = 'https://id.example.com';
const audience = 'orders';
const hs256 = createHs256Authenticator({
  secrets: [{ text: 'secret', encoding: 'base64' }],
  issuer,
  audience,
  clock: createFakeClock(),
});
const jwks = createJwksAuthenticator({ jwks: { url: `${issuer}/jwks` }, issuer, audience });
const oidc = createOidcAuthenticator({ issuer, audience });
const jwt = createJwtAuthenticator({
  name: 'partner',
  keys: importKeySet({ keys: [] }),
  issuer,
  audience,
});
const introspection = createIntrospectionAuthenticator({
  issuer,
  audience,
  clientId: audience,
  clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
});
const spiffe = createSpiffeAuthenticator({
  trustDomain: 'acme.example',
  bundle: { url: 'https://spire.acme.example/bundle' },
  audience,
});
const own: Authenticator = {
  name: 'own',
  authenticate: ({ token }): Verdict<JsonObject> =>
    token === ''
      ? new AuthError('invalid_token', 'inactive')
      : createPrincipal({ authenticator: 'own', subject: token }),
};
const orders = { Get: { path: '/orders.v1.Orders/Get' }, List: { path: '/orders.v1.Orders/List' } };
const policy = definePolicy({
  services: [orders],
  rules: rulesFor(orders, { Get: authenticated(), List: requireScopes('orders:read') }),
});
const authenticator = anyOf(
  cached(byIssuer({ [issuer]: oidc, 'https://other.example.com': jwks })),
  hs256,
  jwt,
  introspection,
  spiffe,
  own,
);
export const interceptor: ServerInterceptor = createAuthInterceptor({ authenticator, policy });

export function subjectOf(call: Parameters<typeof getPrincipal>[0]): string | undefined {
  const principal: Principal = getPrincipal(call);
  // @ts-expect-error -- a principal is frozen
  principal.subject = 'mallory';
  return principal.subject;
}

export function failureOf(error: unknown): AuthFailure | undefined {
  return readAuthFailure(error);
}

export function policyOf(bytes: Uint8Array): Policy {
  const descriptorSet: DescriptorSet = readDescriptorSet(bytes);
  return definePolicy({ services: [orders], descriptorSet, rules: {}, otherwise: authenticated() });
}

export const parts: Policy = definePolicy(
  [orders, { Get: authenticated(), List: requireScopes('orders:read') }],
  healthChecks(),
  reflection(requireScopes('admin')),
);

export function load(): Promise<LoadedAuth<JsonObject>> {
  return loadAuth({ file: 'grpc-authn.yaml' });
}

const provided: TokenSource = createClientCredentialsSource({
  issuer,
  clientId: audience,
  clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
});
export const interceptors: readonly Interceptor[] = [
  createTokenInterceptor(provided),
  createTokenInterceptor(createTokenSource(async ({ signal }) => ({ token: String(signal) }))),
];

export function tokenOf(provider: TestIssuer): Promise<string> {
  return provider.sign({ aud: audience });
}

// @ts-expect-error -- a misspelt method does not compile
rulesFor(orders, { Gte: authenticated() });
