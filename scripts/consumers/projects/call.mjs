// A client that sends the tokens of a source.
import assert from 'node:assert/strict';
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { createTokenSource } from '@grpc-authn/client';
import { createTokenInterceptor } from '@grpc-authn/client/grpc-js';

const pass = (bytes) => bytes;
const path = '/orders.v1.Orders/Get';
const get = {
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
};
const server = new Server();
server.addService(
  { get },
  { get: ({ metadata }, respond) => respond(null, Buffer.from(metadata.get('authorization')[0])) },
);
const port = await new Promise((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
});
const source = createTokenSource(async () => ({ token: 'abc' }));
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
  interceptors: [createTokenInterceptor(source)],
});
const answer = await new Promise((resolve, reject) => {
  client.makeUnaryRequest(path, pass, String, Buffer.from(''), (error, received) =>
    error === null ? resolve(received) : reject(error),
  );
});
assert.equal(answer, 'Bearer abc');
client.close();
server.forceShutdown();
await source.close();
