// A server that shuts down in the order that the docs recommend. Its provider does not answer for one token.
import { createAuthInterceptor } from '@grpc-authn/core';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { Accounts } from './accounts.ts';
import { echoDefinition } from './echo-server.ts';

const open = new Accounts();
const authenticator = {
  name: 'accounts',
  authenticate: (credentials: { readonly token: string }) =>
    credentials.token === 'hanging'
      ? new Promise<never>(() => undefined)
      : open.authenticate(credentials),
  close: async () => console.log('closed'),
};
const interceptor = createAuthInterceptor({
  authenticator,
  timeoutMs: 1000,
  onDecision: ({ outcome, error }) => console.log(outcome, error?.reason),
});
const server = new Server({ interceptors: [interceptor] });
const ignore = (): void => undefined;
server.addService(echoDefinition({ messages: 0, handlers: 0 }), {
  unary: ignore,
  clientStream: ignore,
  serverStream: ignore,
  bidi: ignore,
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening ${port}`);
});
// A message, not a signal: Windows has none.
process.once('message', () => {
  console.log('stopping');
  const force = setTimeout(() => server.forceShutdown(), 2000);
  server.tryShutdown(() => {
    clearTimeout(force);
    process.disconnect();
    void authenticator.close();
  });
});
