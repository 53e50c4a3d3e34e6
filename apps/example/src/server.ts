import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createAuthInterceptor } from '@grpc-authn/core';
import { chooseAuthenticator } from './authenticators.ts';
import { Orders } from './orders-proto.js';
import { ordersService } from './orders-service.ts';

const authenticator = chooseAuthenticator(process.env['ORDERS_AUTH']);

const server = new Server({
  interceptors: [createAuthInterceptor({ authenticator })],
  // Bounds what a client can hold that never ends its side of a refused stream.
  'grpc.max_concurrent_streams': 100,
});
server.addService(Orders.service, ordersService);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening on 127.0.0.1:${port}`);
});
process.once('SIGTERM', () => {
  server.forceShutdown();
  void authenticator.close?.();
});
