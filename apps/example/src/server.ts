import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createAuthInterceptor } from '@grpc-authn/core';
import { chooseAuthenticator, secondOpinion } from './authenticators.ts';
import { ordersPolicy } from './orders-policy.ts';
import { Orders } from './orders-proto.js';
import { ordersService } from './orders-service.ts';

const name = process.env['ORDERS_AUTH'] ?? '';
const authenticator = chooseAuthenticator(name);
const confirming = secondOpinion(name);
const policy = ordersPolicy(confirming);

const server = new Server({
  interceptors: [createAuthInterceptor({ authenticator, policy, streams: { graceSeconds: 0 } })],
  // Bounds what a client can hold that never ends its side of a refused stream.
  'grpc.max_concurrent_streams': 100,
});
server.addService(Orders.service, ordersService);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  for (const { method, rule, source } of policy.table()) {
    console.log(`rule ${method.padEnd(44)}${rule.padEnd(64)}${source}`);
  }
  console.log(`listening on 127.0.0.1:${port}`);
});
process.once('SIGTERM', () => {
  server.forceShutdown();
  void authenticator.close?.();
  void confirming?.close?.();
});
