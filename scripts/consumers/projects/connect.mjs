// The interceptor of Connect attaches the token, without grpc-js.
import assert from 'node:assert/strict';
import { createTokenSource } from '@grpc-authn/client';
import { createConnectTokenInterceptor } from '@grpc-authn/client/connect';

const source = createTokenSource(async () => ({ token: 'abc' }));
const send = createConnectTokenInterceptor(source)(async ({ header }) =>
  header.get('authorization'),
);
const url = 'https://orders.example.com/orders.v1.Orders/Get';
const { signal } = new AbortController();
const method = { methodKind: 'unary' };
assert.equal(await send({ url, header: new Headers(), method, signal }), 'Bearer abc');
