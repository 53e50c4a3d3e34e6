import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createPrincipal } from '@grpc-authn/core';
import { OrderBook } from '@grpc-authn/example/orders';

const watcher = (subject: string) =>
  createPrincipal({
    subject,
    issuer: 'https://id.example.com',
    audience: ['orders'],
    audienceChecked: true,
    scopes: [],
    claims: {},
    verifiedAtEpochSeconds: 0,
    authenticator: 'test',
  });

it('a caller whose name is that of an event of Node.js reaches no other watcher', async () => {
  const book = new OrderBook();
  const ended = new AbortController();
  const stream = book.watch(watcher('alice'), ended.signal);
  await stream.next();
  book.refund('error', 'o-2');
  book.refund('alice', 'o-1');
  const { value } = await stream.next();
  assert.equal(value?.order?.placedBy, 'alice');
  ended.abort();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});
