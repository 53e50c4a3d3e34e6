import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createConnectAuth, getConnectPrincipal } from '@grpc-authn/connect';
import { ANSWER, type BindingServer, checkCaller } from './binding-server.ts';
import { Bench } from './bench-service.ts';

export const server: BindingServer = {
  async start(authenticator) {
    const http = createServer(
      authenticator === undefined
        ? connectNodeAdapter({
            routes: ({ service }) => service(Bench, { unary: () => ANSWER }),
          })
        : guarded(createConnectAuth({ authenticator })),
    );
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    return (http.address() as AddressInfo).port;
  },
};

function guarded({
  requestGate,
  interceptor,
  contextValues,
}: ReturnType<typeof createConnectAuth>): ReturnType<typeof connectNodeAdapter> {
  return connectNodeAdapter({
    requestGate,
    interceptors: [interceptor],
    contextValues,
    routes: ({ service }) =>
      service(Bench, {
        unary(_, context) {
          checkCaller(getConnectPrincipal(context));
          return ANSWER;
        },
      }),
  });
}
