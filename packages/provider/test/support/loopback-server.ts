import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** An HTTP server on 127.0.0.1, stopped when the test ends. Shared by the tests of the adapters. */
export interface LoopbackServer {
  readonly origin: string;
  /** Sockets that are open now. */
  readonly connections: () => Promise<number>;
  /** Sockets that were opened so far. */
  readonly opened: () => number;
  readonly onSocket: (listener: (socket: Socket) => void) => void;
  /** Requests with the method CONNECT. */
  readonly onConnect: (listener: (request: IncomingMessage, socket: Socket) => void) => void;
  readonly stop: () => Promise<void>;
}

export async function startLoopbackServer(
  listener: RequestListener,
  tls?: ServerOptions,
): Promise<LoopbackServer> {
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  let opened = 0;
  server.on('connection', () => {
    opened += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    stop,
    opened: () => opened,
    onSocket: (onSocket) => void server.on('connection', onSocket),
    onConnect: (onConnect) => void server.on('connect', onConnect),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error) reject(error);
          else resolve(count);
        });
      }),
  };
}
