import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A provider on loopback that answers as a test says. */
export interface ProviderServer {
  readonly url: URL;
  readonly requests: readonly IncomingMessage[];
  /** How many sockets were ever opened. */
  opened(): number;
  /** Sockets that are open now. */
  connections(): Promise<number>;
  /** Comes by itself when the test is over. */
  stop(): Promise<void>;
}

export async function startProvider(
  answer: RequestListener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ProviderServer> {
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    answer(request, response);
  };
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
    url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}/keys`),
    requests,
    stop,
    opened: () => opened,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error) reject(error);
          else resolve(count);
        });
      }),
  };
}
