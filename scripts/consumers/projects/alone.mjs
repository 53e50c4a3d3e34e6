// One adapter with core only: it verifies without gRPC.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { AuthError } from '@grpc-authn/core/authenticator';

const { ISSUER, JWKS_URI, TOKEN, OPAQUE_TOKEN, SECRET, HS256_ISSUER, HS256_TOKEN } = process.env;
const audience = 'orders';
const SPIFFE_ID = 'spiffe://acme.example/alice';
const [, , name] = process.argv;

const signed = { issuer: ISSUER, audience };
const ADAPTERS = {
  hs256: ({ createHs256Authenticator }) => [
    createHs256Authenticator({
      secrets: [{ text: SECRET, encoding: 'base64' }],
      issuer: HS256_ISSUER,
      audience,
    }),
    HS256_TOKEN,
  ],
  jwt: async ({ createJwtAuthenticator, importKeySet }) => {
    const keys = importKeySet(await (await fetch(JWKS_URI)).json());
    return [createJwtAuthenticator({ name, keys, ...signed }), TOKEN];
  },
  jwks: ({ createJwksAuthenticator }) => [
    createJwksAuthenticator({ jwks: { url: JWKS_URI }, ...signed }),
    TOKEN,
  ],
  oidc: ({ createOidcAuthenticator }) => [createOidcAuthenticator(signed), TOKEN],
  introspection: ({ createIntrospectionAuthenticator }) => [
    createIntrospectionAuthenticator({
      ...signed,
      clientId: 'orders',
      clientAuthentication: { method: 'client_secret_basic', secret: 'a-secret' },
    }),
    OPAQUE_TOKEN,
  ],
  spiffe: ({ createSpiffeAuthenticator }) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a', use: 'jwt-svid' };
    const bundle = { keys: [jwk] };
    const exp = Math.floor(Date.now() / 1000) + 300;
    const svid = { sub: SPIFFE_ID, aud: audience, exp };
    return [
      createSpiffeAuthenticator({ trustDomain: 'acme.example', bundle, audience }),
      signed256(privateKey, { alg: 'ES256', kid: 'a' }, svid),
      SPIFFE_ID,
    ];
  },
};

function signed256(key, ...parts) {
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const bytes = sign('sha256', Buffer.from(input.join('.')), { key, dsaEncoding: 'ieee-p1363' });
  return [...input, bytes.toString('base64url')].join('.');
}

// No config file: no schemas and no YAML. Nobody to ask: no HTTP client.
const NO_CLIENT = ['hs256', 'jwt'].includes(name) ? ['undici', 'openid-client'] : [];
for (const absent of ['@grpc/grpc-js', '@grpc-authn/config', 'zod', 'yaml', ...NO_CLIENT]) {
  await assert.rejects(import(absent), { code: 'ERR_MODULE_NOT_FOUND' }, absent);
}
const [authenticator, token, subject = 'alice'] = await ADAPTERS[name](
  await import(`@grpc-authn/${name}`),
);
const ask = (text) =>
  authenticator.authenticate(
    { scheme: 'bearer', token: text },
    { method: '/orders.v1.Orders/Get', signal: new AbortController().signal },
  );
const verdict = await ask(token);
assert.equal(AuthError.is(verdict) ? verdict.reason : verdict.subject, subject);
assert.ok(AuthError.is(await ask(`${token}A`)), 'a modified token is rejected');
await authenticator.close?.();
