import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { readAuthFailure } from '@grpc-authn/core/client';
import { bearer, eventually } from '../support/accounts.ts';
import { withConfig } from '../support/config-file.ts';
import { EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS, startEchoServer } from '../support/echo-server.ts';
import { type Handle, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { withServedFile } from '../support/served-file.ts';
import { startTenantProvider, type TenantProvider } from '../support/tenant-provider.ts';

let provider: TenantProvider;
before(async () => {
  provider = await startTenantProvider('id-a', 'id-b', 'id-c', 'id-d');
});
after(() => provider.close());

describe('a server with two tenants', () => {
  it('accepts the tokens of both, and discovers each for its first token', async () => {
    const known = provider.requests();
    await withServedFile(provider.config(['id-a', 'id-b']), async ({ call }) => {
      assert.equal(provider.requests(), known, 'nothing is discovered at start');
      const discovered = provider.discoveries('id-b');
      assert.equal(await call(provider.token('id-a')), provider.accepted('id-a'));
      assert.equal(provider.discoveries('id-b'), discovered);
      for (const tenant of ['id-b', 'id-a', 'id-b']) {
        assert.equal(await call(provider.token(tenant)), provider.accepted(tenant));
      }
      assert.equal(provider.requests() - known, 4);
    });
  });

  it('accepts calls of every kind', async () => {
    await withConfig(provider.config(['id-a', 'id-b']), async ({ auth }) => {
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
    await withConfig(provider.config(['id-a', 'id-b']), async ({ auth, write }) => {
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
        await write(provider.config(['id-b']));
        await auth.reload();
        const { status: end } = await goes.ended;
        assert.equal(end.code, status.UNAUTHENTICATED);
        assert.equal(readAuthFailure(end)?.reason, 'TOKEN_INVALID');
        stays.stream.write('again');
        await eventually(() => stays.got() === 2, 'the other continues');
        await write({ ...provider.config(['id-b']), cache: false });
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
  it('accepts every tenant of the provider, and discovers each for its first token', async () => {
    await withServedFile(provider.config('any'), async ({ call }) => {
      for (const tenant of ['id-c', 'id-d', 'id-c']) {
        assert.equal(await call(provider.token(tenant)), provider.accepted(tenant));
      }
      assert.equal(provider.discoveries('id-c', 'id-d'), 2);
    });
  });
});
