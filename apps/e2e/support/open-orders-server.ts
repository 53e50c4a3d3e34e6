// The example's server without its interceptor: the demo must notice.
import { Server, ServerCredentials } from '@grpc/grpc-js';

const example = new URL('../../../example/dist/', import.meta.url);
const { Orders } = await import(new URL('orders-proto.js', example).href);

const server = new Server();
server.addService(Orders.service, {
  get: (_call: unknown, respond: (error: null, order: object) => void) => respond(null, {}),
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening on 127.0.0.1:${port}`);
});
process.once('SIGTERM', () => server.forceShutdown());
