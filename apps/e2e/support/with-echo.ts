import { type AuthInterceptorOptions, createAuthInterceptor } from '@grpc-authn/core';
import { EchoClient } from './echo-client.ts';
import { type EchoOptions, type EchoServer, startEchoServer } from './echo-server.ts';

/** A server behind the interceptor and a client for it, until the body ends. */
export async function withEcho(
  options: AuthInterceptorOptions,
  body: (echo: { readonly server: EchoServer; readonly client: EchoClient }) => Promise<void>,
  server: Partial<EchoOptions> = {},
): Promise<void> {
  const { interceptors = [], ...rest } = server;
  const running = await startEchoServer({
    interceptors: [...interceptors, createAuthInterceptor(options)],
    ...rest,
  });
  const client = new EchoClient(running.address);
  try {
    await body({ server: running, client });
  } finally {
    client.close();
    running.stop();
  }
}
