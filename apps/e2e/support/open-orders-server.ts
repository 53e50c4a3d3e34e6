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
// The demo replaces the config and waits for the result of the reload.
const rejecting = setInterval(() => console.log('not reloaded: this server has no config'), 100);
process.once('SIGTERM', () => {
  clearInterval(rejecting);
  server.forceShutdown();
});
