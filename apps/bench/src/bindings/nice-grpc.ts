import { createNiceAuth, type NicePrincipal } from '@grpc-authn/nice-grpc';
import { type CallContext, createServer } from 'nice-grpc';
import { ANSWER, type BindingServer, checkCaller } from './binding-server.ts';
import { TEXT } from './text-method.ts';

const DEFINITION = { unary: TEXT };

export const server: BindingServer = {
  start(authenticator) {
    if (authenticator === undefined) {
      const bare = createServer();
      bare.add(DEFINITION, { unary: async () => ANSWER });
      return bare.listen('127.0.0.1:0');
    }
    const auth = createNiceAuth({ authenticator });
    const guarded = createServer(auth.serverOptions).use(auth.middleware);
    guarded.add(DEFINITION, {
      async unary(_: object, { principal }: CallContext & NicePrincipal) {
        checkCaller(principal);
        return ANSWER;
      },
    });
    return guarded.listen('127.0.0.1:0');
  },
};
