// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it } from 'node:test';
import { Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import {
  anyOf,
  AuthError,
  authenticated,
  cached,
  confirmedBy,
  definePolicy,
  type ManagedAuthenticator,
  requireAll,
  requireScopes,
} from '@grpc-authn/core';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createFakeClock } from '@grpc-authn/testing';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { createKey, jws } from '../support/attack-keys.ts';
import { startAttackProvider } from '../support/attack-provider.ts';
import { AUDIENCE } from '../support/attack-targets.ts';
import { EchoClient } from '../support/echo-client.ts';
import { withEcho } from '../support/with-echo.ts';

const key = createKey('ES256', 'main');

function jwt(issuer: string, changes: object = {}, by = key): string {
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = { iss: issuer, aud: AUDIENCE, sub: 'alice', exp, ...changes };
  return jws(by, { alg: by.alg, kid: by.kid }, claims);
}

describe('a token that is alike a cached one', () => {
  const issuer = 'https://a.example';
  const jwks = () =>
    createJwksAuthenticator({ jwks: { keys: [key.jwk] }, issuer, audience: AUDIENCE });
  const caches: Readonly<Record<string, () => ManagedAuthenticator<object>>> = {
    cached: () => cached(jwks()),
    'cached by digest': () => cached(jwks(), { keepTokens: false }),
    'cached, one place': () => cached(jwks(), { maxEntries: 1 }),
    'cached, refusals too': () => cached(jwks(), { negative: {} }),
    'anyOf of a cache': () => anyOf(cached(jwks())),
  };
  for (const [name, create] of Object.entries(caches)) {
    it(`${name}: UNAUTHENTICATED (CVE-2026-35039; rule 24)`, async () => {
      await withEcho({ authenticator: create() }, async ({ client, server }) => {
        const codeOf = async (token: string): Promise<number> =>
          (await client.call('unary', { authorization: bearer(token) })).code;
        const good = jwt(issuer);
        const [header, payload, signature] = good.split('.') as [string, string, string];
        const mallory = jwt(issuer, { sub: 'mallory' }, createKey('ES256', 'main')).split('.')[1];
        const other = signature[40] === 'A' ? 'B' : 'A';
        assert.equal(await codeOf(good), status.OK);
        assert.equal(await codeOf(good), status.OK);
        for (const token of [
          `${header}.${mallory}.${signature}`,
          `${header}.${payload}.${'A'.repeat(10)}${signature.slice(10)}`,
          `${header}.${payload}.${signature.slice(0, -1)}`,
          `${header}.${payload}.${signature}A`,
          `${header}.${payload}.${signature.slice(0, 40)}${other}${signature.slice(41)}`,
          `${header.slice(0, -1)}A.${payload}.${signature}`,
          good.toLowerCase(),
        ]) {
          for (const time of ['once', 'again']) {
            assert.equal(await codeOf(token), status.UNAUTHENTICATED, `${time}: ${token}`);
          }
        }
        assert.equal(server.seen.handlers, 2);
        assert.equal(await codeOf(good), status.OK);
      });
    });
  }
});

describe('a principal that a plain method warmed', () => {
  const secondOpinions = ['cached jwks', 'accounts'] as const;
  for (const name of secondOpinions) {
    it(`${name}: PERMISSION_DENIED once it is revoked (rule 2; RFC 7662, 2.2)`, async () => {
      const provider = await startAttackProvider([key.jwk]);
      const token = name === 'accounts' ? 'opaque' : jwt(provider.issuer, { scope: 'money' });
      const first =
        name === 'accounts'
          ? cached(
              new Accounts({
                opaque: { subject: 'alice', scopes: ['money'], issuer: provider.issuer },
              }),
            )
          : cached(
              createJwksAuthenticator({
                jwks: { url: provider.jwksUri },
                issuer: provider.issuer,
                audience: AUDIENCE,
              }),
            );
      const second = createIntrospectionAuthenticator({
        endpoint: provider.introspectionEndpoint,
        issuer: provider.issuer,
        audience: AUDIENCE,
        clientId: 'orders',
        clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
        cache: false,
      });
      const answer = { active: true, token_type: 'Bearer', sub: 'alice', aud: AUDIENCE };
      provider.answers.set(token, answer);
      const policy = definePolicy({
        rules: {
          'echo.v1.Echo/*': authenticated(),
          'echo.v1.Echo/unary': requireAll(requireScopes('money'), confirmedBy(second)),
        },
      });
      await withEcho({ authenticator: first, policy }, async ({ client, server }) => {
        const authorization = bearer(token);
        assert.equal((await client.call('bidi', { authorization })).code, status.OK);
        assert.equal((await client.call('unary', { authorization })).code, status.OK);
        provider.answers.set(token, { active: false });
        const { handlers } = server.seen;
        assert.equal(
          (await client.call('unary', { authorization })).code,
          status.PERMISSION_DENIED,
        );
        assert.equal(server.seen.handlers, handlers);
        // A later confirmation of another caller does not count either.
        provider.answers.set(token, { ...answer, sub: 'mallory' });
        assert.equal(
          (await client.call('unary', { authorization })).code,
          status.PERMISSION_DENIED,
        );
        provider.respond('/introspect', (response) => response.writeHead(500).end());
        assert.equal((await client.call('unary', { authorization })).code, status.UNAVAILABLE);
        assert.equal((await client.call('bidi', { authorization })).code, status.OK);
      });
      await second.close();
      await first.close();
      await provider.close();
    });
  }
});

describe('a key that is taken away while its token is verified', () => {
  it('cached: UNAUTHENTICATED from the next call on (rule 24)', async () => {
    const account = new Accounts({ alice: { subject: 'alice' } }, { late: true });
    await withEcho({ authenticator: cached(account) }, async ({ client }) => {
      const authorization = bearer('alice');
      const under = client.call('unary', { authorization });
      await eventually(() => account.asked === 1, 'the verification began');
      account.forget('alice');
      account.emit({ type: 'keys_changed' });
      await under;
      const after = await client.call('unary', { authorization });
      assert.equal(after.code, status.UNAUTHENTICATED);
      assert.equal(account.asked, 2, 'the earlier verdict was not cached');
    });
  });

  it('cached: OK, and cached, where no key was removed', async () => {
    const account = new Accounts({ alice: { subject: 'alice' } }, { late: true });
    await withEcho({ authenticator: cached(account) }, async ({ client }) => {
      for (const _ of [1, 2]) {
        const end = await client.call('unary', { authorization: bearer('alice') });
        assert.equal(end.code, status.OK);
      }
      assert.equal(account.asked, 1);
    });
  });
});

describe('a warm token whose time is over', () => {
  it('cached: UNAUTHENTICATED at its expiry, and verified again at its maximum age (RFC 7519, 4.1.4; rule 24)', async () => {
    const clock = createFakeClock();
    const expiresAtEpochSeconds = Math.floor(clock.nowMs() / 1000) + 100;
    const account = new Accounts({ short: { expiresAtEpochSeconds }, long: {} });
    const authenticator = cached(account, { clock, maxAgeSeconds: 300 });
    await withEcho({ authenticator }, async ({ client }) => {
      const codeOf = async (token: string): Promise<number> =>
        (await client.call('unary', { authorization: bearer(token) })).code;
      assert.deepEqual([await codeOf('short'), await codeOf('long')], [status.OK, status.OK]);
      account.forget('short');
      account.forget('long');
      await clock.advance(98_000);
      assert.deepEqual([await codeOf('short'), await codeOf('long')], [status.OK, status.OK]);
      await clock.advance(3000);
      const { UNAUTHENTICATED } = status;
      assert.deepEqual([await codeOf('short'), await codeOf('long')], [UNAUTHENTICATED, status.OK]);
      await clock.advance(200_000);
      assert.equal(await codeOf('long'), UNAUTHENTICATED);
    });
  });
});

describe('a flood of refusals', () => {
  it('cached: OK for the warm token, which none of them displaces (rule 25)', async () => {
    const account = new Accounts({ alice: {} });
    const authenticator = cached(account, { maxEntries: 1, negative: { maxEntries: 1 } });
    await withEcho({ authenticator }, async ({ client }) => {
      const codeOf = async (token: string): Promise<number> =>
        (await client.call('unary', { authorization: bearer(token) })).code;
      assert.equal(await codeOf('alice'), status.OK);
      for (let count = 0; count < 200; count += 1) {
        assert.equal(await codeOf(`forged-${count}`), status.UNAUTHENTICATED);
      }
      account.forget('alice');
      assert.equal(await codeOf('alice'), status.OK, 'it stayed cached');
      assert.equal(account.asked, 201);
    });
  });
});

describe('the first of a hundred joined callers cancels', () => {
  it('cached: OK for the 99 others, each in its own async context (rule 10)', async () => {
    const store = new AsyncLocalStorage<string>();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    const account = new Accounts({ alice: {} });
    const slow = {
      name: 'slow',
      authenticate: async (
        credentials: { readonly token: string },
        { signal }: { readonly signal: AbortSignal },
      ) => {
        asked += 1;
        await held;
        if (signal.aborted) return new AuthError('unavailable', 'timeout');
        return account.authenticate(credentials);
      },
    };
    // Before ours: each call runs in the store of its own name. After ours: the store is still there.
    const enter: ServerInterceptor = (_method, call) =>
      new ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata: (metadata, pass) =>
              store.run(String(metadata.get('n')[0]), () => pass(metadata)),
            onReceiveMessage: (message, pass) => pass(message),
            onReceiveHalfClose: (pass) => pass(),
            onCancel: () => undefined,
          }),
      });
    const found: (readonly [string, string | undefined])[] = [];
    let begun = 0;
    const begin = (): void => void (begun += 1);
    await withEcho(
      {
        authenticator: cached(slow),
        credentials: {
          headers: ['authorization'],
          extract: (metadata) => {
            begin();
            return { scheme: 'bearer', token: String(metadata.get('authorization')[0]) };
          },
        },
        onDecision: ({ outcome }) => found.push([outcome, store.getStore()]),
      },
      async ({ server }) => {
        const clients = Array.from({ length: 4 }, () => new EchoClient(server.address));
        let cancel = (): void => undefined;
        const ends = Array.from({ length: 100 }, (_, index) => {
          const metadata = new Metadata();
          metadata.set('n', String(index));
          const onStart = (how: () => void): void => void (index === 0 && (cancel = how));
          const call = () =>
            clients[index % 4]!.call('unary', { authorization: 'alice', metadata, onStart });
          return index === 0
            ? call()
            : eventually(() => begun > 0, 'the first has arrived').then(call);
        });
        await eventually(() => begun === 100, 'all of them have arrived');
        cancel();
        assert.equal((await ends[0])?.code, status.CANCELLED);
        await eventually(() => found.length === 1, 'the server saw it leave');
        release();
        for (const end of ends.slice(1)) assert.equal((await end).code, status.OK);
        for (const client of clients) client.close();
      },
      { interceptors: [enter] },
    );
    assert.equal(asked, 1);
    const allowed = found.filter(([outcome]) => outcome === 'allowed').map(([, of]) => Number(of));
    assert.deepEqual(
      allowed.toSorted((a, b) => a - b),
      Array.from({ length: 99 }, (_, index) => index + 1),
    );
  });
});
