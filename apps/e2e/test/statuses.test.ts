import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { AuthError, type Authenticator, type AuthErrorCode } from '@grpc-authn/core';
import { CALL_KINDS } from '../support/echo-server.ts';
import { withEcho } from '../support/with-echo.ts';

const denied = { code: status.PERMISSION_DENIED, message: 'Permission denied' } as const;

/** Like the Python interceptor that this project started from: one answer for every rejection. */
const PARITY = {
  missing_credentials: denied,
  malformed_credentials: denied,
  invalid_token: denied,
  permission_denied: denied,
  internal: denied,
} as const;

function failing(code: AuthErrorCode, reason: string): Authenticator<object> {
  return { name: 'failing', authenticate: () => new AuthError(code, reason as never) };
}

describe('statuses', () => {
  it('can make every rejection PERMISSION_DENIED / Permission denied', async () => {
    const refusals = [
      failing('missing_credentials', 'absent'),
      failing('malformed_credentials', 'bad_characters'),
      failing('invalid_token', 'signature'),
      failing('permission_denied', 'denied'),
      failing('internal', 'bug'),
    ];
    for (const authenticator of refusals) {
      await withEcho({ authenticator, statuses: PARITY }, async ({ client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, { authorization: 'Bearer abc' });
          assert.deepEqual([end.code, end.details], [denied.code, denied.message]);
        }
        const end = await client.call('unary');
        assert.deepEqual([end.code, end.details], [denied.code, denied.message]);
      });
    }
  });

  it('do not change an outage', async () => {
    const authenticator = failing('unavailable', 'jwks');
    await withEcho({ authenticator, statuses: PARITY }, async ({ client }) => {
      const end = await client.call('unary', { authorization: 'Bearer abc' });
      assert.equal(end.code, status.UNAVAILABLE);
    });
    const statuses = { unavailable: status.RESOURCE_EXHAUSTED } as const;
    await withEcho({ authenticator, statuses }, async ({ client }) => {
      const end = await client.call('unary', { authorization: 'Bearer abc' });
      assert.equal(end.code, status.RESOURCE_EXHAUSTED);
    });
  });
});
