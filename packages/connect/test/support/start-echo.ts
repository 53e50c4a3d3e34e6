import { createServer as createHttp1Server } from 'node:http';
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import {
  type Client,
  createClient,
  type HandlerContext,
  type Transport,
} from '@connectrpc/connect';
import {
  connectNodeAdapter,
  type ConnectNodeAdapterOptions,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { onTestFinished } from 'vitest';
import { type ConnectAuth, findConnectPrincipal } from '../../src/index.ts';
import { Echo, type EchoService } from './echo-service.ts';

export type EchoClient = Client<EchoService>;
type Messages = AsyncIterable<{ readonly value: string }>;

export interface EchoOptions extends Omit<ConnectNodeAdapterOptions, 'routes'> {
  /** All three members of a createConnectAuth(); or those that a test wants. */
  readonly auth?: Partial<ConnectAuth>;
  /** What each handler does first; by default it returns the caller's name. */
  readonly see?: (context: HandlerContext) => string | Promise<string>;
  readonly server?: 'http1' | 'h2c' | { readonly tls: object };
}

export interface EchoServer {
  readonly port: number;
  readonly origin: string;
  /** Each message that a handler has received. */
  readonly received: string[];
  readonly sockets: ReadonlySet<Socket>;
}

/** A real server with all four kinds of methods. It is closed after the test. */
export async function startEcho(options: EchoOptions = {}): Promise<EchoServer> {
  const { auth = {}, see = callerOf, server: kind = 'h2c', ...others } = options;
  const received: string[] = [];
  const note = (value: string): string => {
    received.push(value);
    return value;
  };
  const handler = connectNodeAdapter({
    ...(auth.requestGate && { requestGate: auth.requestGate }),
    ...(auth.contextValues && { contextValues: auth.contextValues }),
    interceptors: auth.interceptor ? [auth.interceptor] : [],
    ...others,
    routes: ({ service }) =>
      service(Echo, {
        unary: async ({ value }, context) => ({ value: (await see(context)) + note(value) }),
        lookUp: async ({ value }, context) => ({ value: (await see(context)) + note(value) }),
        async clientStream(messages: Messages, context) {
          let value = await see(context);
          for await (const message of messages) value += note(message.value);
          return { value };
        },
        async *serverStream({ value }, context) {
          yield { value: (await see(context)) + note(value) };
        },
        async *bidi(messages: Messages, context) {
          const seen = await see(context);
          for await (const message of messages) yield { value: seen + note(message.value) };
        },
      }),
  });
  const isTls = typeof kind === 'object';
  const server: Http2Server | Http2SecureServer | ReturnType<typeof createHttp1Server> = isTls
    ? createSecureServer({ allowHTTP1: true, ...kind.tls }, handler)
    : kind === 'http1'
      ? createHttp1Server(handler)
      : createServer(handler);
  const sockets = new Set<Socket>();
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, origin: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`, received, sockets };
}

function callerOf(context: HandlerContext): string {
  return findConnectPrincipal(context)?.subject ?? 'nobody';
}

export const PROTOCOLS = ['connect', 'grpc', 'grpc-web'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export function transportOf(
  { origin }: { readonly origin: string },
  protocol: Protocol,
  options: object = {},
): Transport {
  const settings = { baseUrl: origin, httpVersion: '2' as const, ...options };
  if (protocol === 'connect') return createConnectTransport(settings);
  if (protocol === 'grpc') return createGrpcTransport(settings);
  return createGrpcWebTransport(settings);
}

export function clientOf(
  server: { readonly origin: string },
  protocol: Protocol,
  options: object = {},
): EchoClient {
  return createClient(Echo, transportOf(server, protocol, options));
}

/** Call options of a caller; without a token, nobody's. */
export function as(token?: string, options: object = {}) {
  const headers = new Headers();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return { headers, ...options };
}
