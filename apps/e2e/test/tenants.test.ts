import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { findPrincipal } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { bearer, eventually } from '../support/accounts.ts';
import { withConfig } from '../support/config-file.ts';
import { EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS, startEchoServer } from '../support/echo-server.ts';
import { type Handle, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { startTenantProvider, type TenantProvider } from '../support/tenant-provider.ts';
import { AUDIENCE } from '../support/tokens.ts';

let provider: TenantProvider;
before(async () => {
  provider = await startTenantProvider('id-a', 'id-b', 'id-c', 'id-d');
});
after(() => provider.close());

function tenantsConfig(tenants: 'any' | readonly string[], more: object = {}): object {
  const each = { use: 'oidc', audience: AUDIENCE };
  return {
    use: 'byTrustedIssuer',
    name: 'tenants',
    issuers: [provider.template],
    tenants,
    each,
    ...more,
  };
}

/** How a unary call with this token ends: a status, and what the handler saw. */
type Call = (token: string, client?: number) => Promise<readonly [number, string | undefined]>;

async function withServer(
  authenticator: object,
  body: (call: Call) => Promise<void>,
): Promise<void> {
  await withConfig(authenticator, async ({ auth }) => {
    const server = await startEchoServer({
      interceptors: [auth.interceptor],
      answer(call) {
        const { subject, issuer, authenticator: by } = findPrincipal(call) ?? {};
        return `${subject ?? ''}, ${issuer ?? ''}, ${by ?? ''}`;
      },
    });
    // Each has a connection of its own.
    const clients = [0, 1].map(
      () => new EchoClient(server.address, undefined, { 'grpc.use_local_subchannel_pool': 1 }),
    );
    try {
      await body(async (token, client = 0) => {
        const { code = -1, messages = [] } =
          (await clients[client]?.call('unary', { authorization: bearer(token) })) ?? {};
        return [code, messages[0]];
      });
    } finally {
      for (const client of clients) client.close();
      server.stop();
    }
  });
}

const accepted = (tenant: string): readonly [number, string] => [
  status.OK,
  `alice of ${tenant}, ${provider.issuerOf(tenant)}, tenants`,
];
const refused: readonly [number, undefined] = [status.UNAUTHENTICATED, undefined];

describe('a server with two tenants', () => {
  it('accepts the tokens of both, and discovers each for its first token', async () => {
    const known = provider.requests();
    await withServer(tenantsConfig(['id-a', 'id-b']), async (call) => {
      assert.equal(provider.requests(), known, 'nothing is discovered at start');
      const discovered = provider.discoveries('id-b');
      assert.deepEqual(await call(provider.token('id-a')), accepted('id-a'));
      assert.equal(provider.discoveries('id-b'), discovered);
      for (const tenant of ['id-b', 'id-a', 'id-b']) {
        assert.deepEqual(await call(provider.token(tenant)), accepted(tenant));
      }
      assert.equal(provider.requests() - known, 4);
    });
  });

  it("refuses one tenant's key under the other's issuer, and every other tenant without a request", async () => {
    await withServer(tenantsConfig(['id-a', 'id-b']), async (call) => {
      for (const tenant of ['id-a', 'id-b']) await call(provider.token(tenant));
      const known = provider.requests();
      for (const token of [
        provider.token('id-c'),
        provider.token('id-a/../id-c'),
        provider.token('ID-A'),
        provider.token('id-a', { iss: `${provider.issuerOf('id-a')}/` }),
        provider.token('id-a', { iss: [provider.issuerOf('id-a')] }),
        provider.token('id-a', { iss: '__proto__' }),
        provider.token('id-a', { aud: 'stock' }),
        ...Array.from({ length: 50 }, (_, index) => provider.token(`forged-${index}`)),
      ]) {
        assert.deepEqual(await call(token), refused);
      }
      assert.equal(provider.requests(), known);
      assert.deepEqual(await call(provider.token('id-a', {}, 'id-b')), refused);
      assert.deepEqual(await call(provider.token('id-b', {}, 'id-a')), refused);
      assert.deepEqual(await call(provider.token('id-a')), accepted('id-a'));
    });
  });

  it('accepts calls of every kind', async () => {
    await withConfig(tenantsConfig(['id-a', 'id-b']), async ({ auth }) => {
      const server = await startEchoServer({ interceptors: [auth.interceptor] });
      const client = new EchoClient(server.address);
      for (const kind of CALL_KINDS) {
        const authorization = bearer(provider.token('id-b'));
        assert.equal((await client.call(kind, { authorization })).code, status.OK);
      }
      client.close();
      server.stop();
    });
  });

  it('ends the streams of a tenant that a reload removes, and no others', async () => {
    await withConfig(tenantsConfig(['id-a', 'id-b']), async ({ auth, write }) => {
      const handle: Handle = (_kind, call) => {
        call.on('data', () => call.write('yes'));
        call.on('end', () => call.end());
      };
      await withHandler(auth.interceptor, { handle }, async ({ address }) => {
        const client = new OpenClient(address);
        const [goes, stays] = ['id-a', 'id-b'].map((tenant) =>
          client.open('bidi', { authorization: bearer(provider.token(tenant)) }),
        ) as [ReturnType<OpenClient['open']>, ReturnType<OpenClient['open']>];
        await eventually(() => goes.got() === 1 && stays.got() === 1, 'both are open');
        await write(tenantsConfig(['id-b']));
        await auth.reload();
        const { status: end } = await goes.ended;
        assert.equal(end.code, status.UNAUTHENTICATED);
        assert.equal(readAuthFailure(end)?.reason, 'TOKEN_INVALID');
        stays.stream.write('again');
        await eventually(() => stays.got() === 2, 'the other continues');
        await write(tenantsConfig(['id-b'], { cache: false }));
        await auth.reload();
        stays.stream.write('again');
        await eventually(() => stays.got() === 3, 'it continues after a second reload');
        stays.stream.end();
        assert.equal((await stays.ended).status.code, status.OK);
        client.close();
      });
    });
  });
});

describe('a server for any tenant', () => {
  it('accepts every tenant of the provider, and keeps them through a flood of forged ones', async () => {
    await withServer(tenantsConfig('any', { maxIssuers: 2, cache: false }), async (call) => {
      for (const tenant of ['id-a', 'id-b']) {
        assert.deepEqual(await call(provider.token(tenant)), accepted(tenant));
      }
      const known = provider.discoveries();
      const flood = Array.from({ length: 20 }, (_, index) => call(provider.token(`f-${index}`), 1));
      for (const [code] of await Promise.all(flood)) assert.equal(code, status.UNAVAILABLE);
      assert.ok(provider.discoveries() > known);
      const discovered = provider.discoveries('id-a', 'id-b');
      for (const tenant of ['id-a', 'id-b']) {
        assert.deepEqual(await call(provider.token(tenant)), accepted(tenant));
      }
      assert.equal(provider.discoveries('id-a', 'id-b'), discovered);
    });
  });

  it('accepts a new tenant on another connection during the flood', async () => {
    await withServer(tenantsConfig('any'), async (call) => {
      const flood = Array.from({ length: 30 }, (_, index) => call(provider.token(`g-${index}`), 1));
      assert.deepEqual(await call(provider.token('id-d')), accepted('id-d'));
      let isOver = false;
      void Promise.all(flood).then(() => (isOver = true));
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isOver, false);
      await Promise.all(flood);
    });
  });

  it('makes no request for an issuer that is not below the template', async () => {
    await withServer(tenantsConfig('any'), async (call) => {
      const known = provider.requests();
      for (const tenant of [
        '',
        '.',
        '..',
        '../x',
        'a/b',
        'a%2fb',
        'a@b',
        'a?b',
        'a#b',
        'A',
        'a\\b',
        'a b',
      ]) {
        assert.deepEqual(await call(provider.token(tenant)), refused);
      }
      assert.equal(provider.requests(), known);
    });
  });
});
