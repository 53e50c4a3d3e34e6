import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadAuth } from '@grpc-authn/config';
import { getPrincipal } from '@grpc-authn/core';
import { Metadata, status } from '@grpc/grpc-js';
import { bearer } from '../support/accounts.ts';
import { HS256_CONFIG } from '../support/config-file.ts';
import { answer, withHandler } from '../support/handler-server.ts';
import { token } from '../support/tokens.ts';

it('a header of the config carries the token, bare, and no handler sees it', async () => {
  const auth = await loadAuth({
    config: { authenticator: HS256_CONFIG, credentials: { header: 'x-proxy-token' } },
  });
  const seen: unknown[] = [];
  try {
    const good = await token();
    await withHandler(
      auth.interceptor,
      {
        handle: (kind, call, respond) => {
          seen.push(getPrincipal(call).subject, ...call.metadata.get('x-proxy-token'));
          answer(kind, call, respond);
        },
      },
      async ({ client }) => {
        const metadata = new Metadata();
        metadata.set('x-proxy-token', good);
        assert.equal((await client.call('unary', { metadata })).code, status.OK);
        const { code } = await client.call('unary', { authorization: bearer(good) });
        assert.equal(code, status.UNAUTHENTICATED);
      },
    );
    assert.deepEqual(seen, ['alice']);
  } finally {
    await auth.close();
  }
});
