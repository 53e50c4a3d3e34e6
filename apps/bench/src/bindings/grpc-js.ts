import { createAuthInterceptor, getPrincipal } from '@grpc-authn/core';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { ANSWER, type BindingServer, checkCaller } from './binding-server.ts';
import { TEXT } from './text-method.ts';

export const server: BindingServer = {
  start(authenticator) {
    const interceptors = authenticator ? [createAuthInterceptor({ authenticator })] : [];
    const grpc = new Server({ interceptors });
    grpc.addService(
      { unary: TEXT },
      {
        unary(call: ServerUnaryCall<object, object>, respond: sendUnaryData<object>) {
          if (authenticator) checkCaller(getPrincipal(call));
          respond(null, ANSWER);
        },
      },
    );
    return new Promise((resolve, reject) => {
      grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  },
};
