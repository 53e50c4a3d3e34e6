import type { Interceptor } from '@grpc/grpc-js';
import { type AccessToken, createTokenSource, type TokenSource } from '@grpc-authn/client';
import { createTokenInterceptor, type SendOptions } from '@grpc-authn/client/grpc-js';
import { type AuthInterceptorOptions, createAuthInterceptor } from '@grpc-authn/core';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import { EchoClient } from './echo-client.ts';
import { type EchoServer, startEchoServer } from './echo-server.ts';
import { hs256, token } from './tokens.ts';

/** The token in it is refused with TOKEN_EXPIRED. */
export const expired = (): Promise<string> => token({ exp: 1_000 });

export interface TokenClientSetting {
  readonly client: EchoClient;
  readonly server: EchoServer;
  readonly source: TokenSource;
  readonly clock: FakeClock;
  readonly requests: () => number;
  /** The calls that reached the server. */
  readonly arrived: () => number;
}

/** A protected server, and a client whose tokens are requested in turn; the last one is repeated. */
export async function withTokenClient(
  request: readonly (() => Promise<string>)[],
  body: (setting: TokenClientSetting) => Promise<void>,
  more: {
    readonly send?: SendOptions;
    readonly inner?: readonly Interceptor[];
    readonly guard?: Pick<AuthInterceptorOptions, 'limits' | 'timeoutMs'>;
    /** Default: the server's address. */
    readonly target?: (port: number) => string;
  } = {},
): Promise<void> {
  let arrived = 0;
  const server = await startEchoServer({
    interceptors: [
      createAuthInterceptor({
        authenticator: hs256(),
        onDecision: () => (arrived += 1),
        ...more.guard,
      }),
    ],
  });
  const clock = createFakeClock();
  let requests = 0;
  const source = createTokenSource(
    async (): Promise<AccessToken> => {
      requests += 1;
      const next = request[Math.min(requests, request.length) - 1];
      return { token: (await next?.()) ?? '' };
    },
    { clock },
  );
  const interceptors = [createTokenInterceptor(source, more.send), ...(more.inner ?? [])];
  const client = new EchoClient(more.target?.(server.port) ?? server.address, undefined, {
    interceptors,
  });
  try {
    await body({ client, server, source, clock, requests: () => requests, arrived: () => arrived });
  } finally {
    client.close();
    server.stop();
    await source.close();
  }
}
