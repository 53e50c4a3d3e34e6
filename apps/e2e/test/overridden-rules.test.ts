import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  definePolicy,
  denyAll,
  dryRun,
  findPrincipal,
  override,
  publicMethod,
  requireScopes,
  createAuthInterceptor,
} from '@grpc-authn/core';
import { CALL_KINDS } from '../support/echo-server.ts';
import { hs256 } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const all = (rule: ReturnType<typeof override>) =>
  definePolicy({ rules: { 'echo.v1.Echo/*': rule } });

describe('a rule in override()', () => {
  it('can be public: credentials are not read, and there is no principal', async () => {
    const answer = (call: Parameters<typeof findPrincipal>[0]): string => {
      assert.throws(() => findPrincipal(call), /never saw this call/);
      return 'done';
    };
    const options = { authenticator: hs256(), policy: all(override(publicMethod())) };
    await withEcho(
      options,
      async ({ client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, { authorization: 'Basic nonsense' });
          assert.equal(end.code, status.OK);
        }
      },
      { answer },
    );
  });

  it('is reported at start-up where it is a dry run', async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const policy = all(override(dryRun(requireScopes('orders:read'), { until })));
    const received = new Promise<Error & { code?: string }>((resolve) => {
      process.once('warning', resolve);
    });
    createAuthInterceptor({ authenticator: hs256(), policy });
    const warning = await received;
    assert.equal(warning.code, 'GRPC_AUTHN_DRY_RUN');
    assert.match(warning.message, /orders:read/);
  });
});

describe('denyAll()', () => {
  it('denies with PERMISSION_DENIED without reading the credentials', async () => {
    await withEcho({ authenticator: hs256(), policy: all(denyAll()) }, async ({ client }) => {
      for (const authorization of ['Bearer two words', 'Basic x', 'Bearer abc']) {
        const end = await client.call('unary', { authorization });
        assert.equal(end.code, status.PERMISSION_DENIED);
      }
      assert.equal((await client.call('unary')).code, status.PERMISSION_DENIED);
    });
  });
});
