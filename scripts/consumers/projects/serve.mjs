// A server that authenticates every call, a client with a valid token, and one without a token.
import assert from 'node:assert/strict';
import { Client, credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { createAuthInterceptor, getPrincipal } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { createHs256Authenticator } from '@grpc-authn/hs256';

const { SECRET, HS256_ISSUER, HS256_TOKEN } = process.env;
const authenticator = createHs256Authenticator({
  secrets: [{ text: SECRET, encoding: 'base64' }],
  issuer: HS256_ISSUER,
  audience: 'orders',
});
const bytes = (text) => Buffer.from(text);
const text = (buffer) => buffer.toString();
const path = '/orders.v1.Orders/Get';
const get = {
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  requestDeserialize: text,
  responseSerialize: bytes,
  responseDeserialize: text,
};
const server = new Server({ interceptors: [createAuthInterceptor({ authenticator })] });
server.addService({ get }, { get: (call, respond) => respond(null, getPrincipal(call).subject) });
const port = await new Promise((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
});
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());

function ask(authorization) {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, bytes, text, 'o-1', metadata, (error, answer) =>
      error === null ? resolve(answer) : reject(error),
    );
  });
}

assert.equal(await ask(`Bearer ${HS256_TOKEN}`), 'alice');
for (const [authorization, reason] of [
  [undefined, 'TOKEN_MISSING'],
  [`Bearer ${HS256_TOKEN}A`, 'TOKEN_INVALID'],
]) {
  const failure = await ask(authorization).then(() => undefined, readAuthFailure);
  assert.equal(failure?.reason, reason);
}
client.close();
server.forceShutdown();
