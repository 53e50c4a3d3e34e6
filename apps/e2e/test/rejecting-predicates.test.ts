import assert from 'node:assert/strict';
import { it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { definePolicy, requireClaim } from '@grpc-authn/core';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

it('a predicate whose promise rejects ends the call, and not the process', async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listen);
  const predicate = async (): Promise<boolean> => {
    throw new Error('boom');
  };
  const rule = requireClaim('sub', predicate as never);
  const policy = definePolicy({ rules: { 'echo.v1.Echo/*': rule } });
  await withEcho({ authenticator: hs256(), policy }, async ({ client }) => {
    const end = await client.call('unary', { authorization: `Bearer ${await token()}` });
    assert.equal(end.code, status.PERMISSION_DENIED);
  });
  await new Promise(setImmediate);
  process.off('unhandledRejection', listen);
  assert.deepEqual(unhandled, []);
});
