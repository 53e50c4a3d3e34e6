import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { findPrincipal } from '@grpc-authn/core';
import { createSpiffeAuthenticator } from '@grpc-authn/spiffe';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { bearer } from '../support/accounts.ts';
import { createKey, jws } from '../support/attack-keys.ts';
import { type AttackProvider, startAttackProvider } from '../support/attack-provider.ts';
import { oidcConfig, withConfig } from '../support/config-file.ts';
import { EchoClient } from '../support/echo-client.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { AUDIENCE } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const ID = 'spiffe://acme.example/ns/prod/sa/web';
const [key, x509, foreign] = [
  createKey('ES256', 'jwt'),
  createKey('ES256', 'x509'),
  createKey('ES256', 'jwt'),
];

let spire: AttackProvider;
let provider: TestIssuer;
before(async () => {
  [spire, provider] = await Promise.all([startAttackProvider(), startTestIssuer()]);
  spire.respond('/bundle', {
    spiffe_sequence: 1,
    spiffe_refresh_hint: 300,
    keys: [
      { ...x509.jwk, use: 'x509-svid' },
      { ...key.jwk, use: 'jwt-svid' },
    ],
  });
});
after(() => Promise.all([spire.close(), provider.close()]));

function svid(claims: object = {}, header: object = {}, signer = key): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const times = { iat: nowSeconds, exp: nowSeconds + 300 };
  const members = { alg: signer.alg, kid: signer.kid, typ: 'JWT', ...header };
  return jws(signer, members, { sub: ID, aud: [AUDIENCE], ...times, ...claims });
}

const mesh = (): object => ({
  use: 'spiffe',
  name: 'mesh',
  trustDomain: 'acme.example',
  bundle: { url: `${spire.issuer}/bundle` },
  audience: AUDIENCE,
  allow: ['spiffe://acme.example/ns/prod/*'],
});

type Call = (token: string) => Promise<string>;

async function withServer(config: object, body: (call: Call) => Promise<void>): Promise<void> {
  await withConfig(config, async ({ auth }) => {
    const answer = (call: Parameters<typeof findPrincipal>[0]): string => {
      const { subject, authenticator } = findPrincipal(call) ?? {};
      return `${subject ?? ''} by ${authenticator ?? ''}`;
    };
    const server = await startEchoServer({ interceptors: [auth.interceptor], answer });
    const client = new EchoClient(server.address);
    try {
      await body(async (token) => {
        const { code, messages } = await client.call('unary', { authorization: bearer(token) });
        return messages[0] ?? status[code] ?? '';
      });
    } finally {
      client.close();
      server.stop();
    }
  });
}

describe('a server for the workloads of a trust domain', () => {
  it('accepts their JWT-SVIDs, and refuses all others', async () => {
    await withServer(mesh(), async (call) => {
      assert.equal(await call(svid()), `${ID} by mesh`);
      for (const [what, token] of Object.entries({
        'another trust domain': svid({ sub: 'spiffe://other.example/ns/prod/sa/web' }),
        'a longer trust domain': svid({ sub: 'spiffe://acme.example.evil/ns/prod/sa/web' }),
        'a user name': svid({ sub: 'spiffe://acme.example@evil/ns/prod/sa/web' }),
        'a port': svid({ sub: 'spiffe://acme.example:443/ns/prod/sa/web' }),
        'a query': svid({ sub: `${ID}?a` }),
        'a dot-dot segment': svid({ sub: 'spiffe://acme.example/ns/prod/../dev' }),
        'an ID that is not allowed': svid({ sub: 'spiffe://acme.example/ns/dev/sa/web' }),
        'no audience': svid({ aud: undefined }),
        'no expiry': svid({ exp: undefined }),
        jku: svid({}, { jku: `${spire.issuer}/evil` }),
        x5u: svid({}, { x5u: `${spire.issuer}/evil` }),
        crit: svid({}, { crit: ['exp'] }),
        'alg none': `${svid({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
        'a key for X.509-SVIDs': svid({}, {}, x509),
        'the key of another trust domain': svid({}, {}, foreign),
      })) {
        assert.equal(await call(token), 'UNAUTHENTICATED', what);
      }
      assert.equal(spire.count('/evil'), 0);
    });
  });

  it('may be configured in code', async () => {
    const authenticator = createSpiffeAuthenticator({
      trustDomain: 'acme.example',
      bundle: { url: `${spire.issuer}/bundle` },
      audience: AUDIENCE,
    });
    await withEcho({ authenticator }, async ({ client }) => {
      const codeOf = async (token: string): Promise<number> =>
        (await client.call('unary', { authorization: bearer(token) })).code;
      assert.equal(await codeOf(svid()), status.OK);
      assert.equal(await codeOf(svid({}, {}, foreign)), status.UNAUTHENTICATED);
    });
    await authenticator.close();
  });

  it('may have users too, in any order', async () => {
    const users = oidcConfig(provider.issuer, 'users');
    for (const of of [
      [users, mesh()],
      [mesh(), users],
    ]) {
      await withServer({ use: 'anyOf', of }, async (call) => {
        assert.equal(await call(svid()), `${ID} by mesh`);
        // A header that an SVID must not have.
        const header = { x5t: 'a' };
        const token = await provider.sign({ aud: AUDIENCE }, { header });
        assert.equal(await call(token), 'alice by users');
        assert.equal(await call(svid({ aud: 'stock' })), 'UNAUTHENTICATED');
        assert.equal(await call(await provider.sign({ aud: 'stock' })), 'UNAUTHENTICATED');
      });
    }
  });
});
