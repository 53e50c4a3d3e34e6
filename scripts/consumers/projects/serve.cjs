// The same from CommonJS: an ES module comes by require().
const assert = require('node:assert/strict');
const { Client, credentials, Metadata, Server, ServerCredentials } = require('@grpc/grpc-js');
const { createAuthInterceptor, getPrincipal } = require('@grpc-authn/core');
const { readAuthFailure } = require('@grpc-authn/core/client');
const { createHs256Authenticator } = require('@grpc-authn/hs256');

const { SECRET, HS256_ISSUER, HS256_TOKEN } = process.env;
const interceptor = createAuthInterceptor({
  authenticator: createHs256Authenticator({
    secrets: [{ text: SECRET, encoding: 'base64' }],
    issuer: HS256_ISSUER,
    audience: 'orders',
  }),
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
const server = new Server({ interceptors: [interceptor] });
server.addService({ get }, { get: (call, respond) => respond(null, getPrincipal(call).subject) });
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (bindError, port) => {
  assert.equal(bindError, null);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${HS256_TOKEN}`);
  client.makeUnaryRequest(path, bytes, text, 'o-1', metadata, (error, answer) => {
    assert.equal(error, null);
    assert.equal(answer, 'alice');
    client.makeUnaryRequest(path, bytes, text, 'o-1', new Metadata(), (refusal) => {
      assert.equal(readAuthFailure(refusal)?.reason, 'TOKEN_MISSING');
      client.close();
      server.forceShutdown();
    });
  });
});
