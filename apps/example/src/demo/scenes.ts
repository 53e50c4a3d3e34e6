import type { TestIssuer } from '@grpc-authn/testing';
import {
  type DemoCase,
  hs256Cases,
  opaqueCases,
  policyCases,
  providerCases,
  signWithSecret,
} from './cases.ts';

/** One run of the server with one authenticator, and what is tried against it, step by step. */
export interface Scene {
  readonly env: Readonly<Record<string, string>>;
  readonly showPolicy?: boolean;
  steps(): AsyncIterable<{ readonly title: string; readonly cases: readonly DemoCase[] }>;
}

const LOGIN = 'https://login.example.com';
const CLAIMS = { aud: 'orders', scope: 'orders:read orders:write' };

export function scenesWith(issuer: TestIssuer): readonly Scene[] {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const env = {
    ORDERS_ISSUER: issuer.issuer,
    ORDERS_JWKS_URL: issuer.jwksUri,
    ORDERS_LEGACY_ISSUER: LOGIN,
    ORDERS_JWT_SECRET: Buffer.from(secret).toString('base64'),
    ORDERS_CLIENT_SECRET: Buffer.from(secret).toString('hex'),
  };
  return [
    {
      env: { ...env, ORDERS_AUTH: 'hs256' },
      async *steps() {
        yield { title: 'hs256: a shared secret', cases: await hs256Cases(LOGIN, secret) };
      },
    },
    providerScene('jwks', 'jwks: public keys from a URL', { ...env, ORDERS_AUTH: 'jwks' }, issuer),
    providerScene('oidc', 'oidc: keys by discovery', { ...env, ORDERS_AUTH: 'oidc' }, issuer),
    {
      env: { ...env, ORDERS_AUTH: 'introspection' },
      async *steps() {
        yield { title: 'introspection: opaque tokens', cases: opaqueCases(issuer) };
      },
    },
    {
      env: { ...env, ORDERS_AUTH: 'composed' },
      showPolicy: true,
      async *steps() {
        const legacy = `Bearer ${await signWithSecret(LOGIN, secret)}`;
        const modern = `Bearer ${await issuer.sign(CLAIMS)}`;
        const other = await issuer.sign({ ...CLAIMS, iss: 'https://else.example' });
        yield {
          title: 'composed: oidc, and hs256 beside it',
          cases: [
            { name: 'token of the provider', authorization: modern, wanted: 'OK' },
            { name: 'token of the old login', authorization: legacy, wanted: 'OK' },
            { name: 'another issuer', authorization: `Bearer ${other}`, wanted: 'UNAUTHENTICATED' },
          ],
        };
        yield { title: 'policy, second opinion, streams', cases: await policyCases(issuer) };
      },
    },
  ];
}

function providerScene(
  name: string,
  title: string,
  env: Readonly<Record<string, string>>,
  issuer: TestIssuer,
): Scene {
  return {
    env,
    async *steps() {
      yield { title, cases: await providerCases(issuer) };
      const before = `Bearer ${await issuer.sign(CLAIMS)}`;
      await issuer.rotateKeys({ keepOld: true });
      const after = `Bearer ${await issuer.sign(CLAIMS)}`;
      yield {
        title: `${name}: the provider rotates its keys`,
        cases: [
          { name: 'a new key', authorization: after, wanted: 'OK' },
          { name: 'the old key still', authorization: before, wanted: 'OK' },
        ],
      };
      issuer.fail('down');
      yield {
        title: `${name}: the provider is down`,
        cases: [{ name: 'known key', authorization: after, wanted: 'OK' }],
      };
      issuer.fail('none');
    },
  };
}
