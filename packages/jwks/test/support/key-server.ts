import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Signer } from './signer.ts';

/** Serves a key set on loopback, as a test says. */
export interface KeyServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** From now on it publishes these keys, under these headers. */
  publish(signers: readonly Signer[], headers?: Readonly<Record<string, string>>): void;
  /** From now on it answers with this body. */
  say(body: string, status?: number, headers?: Readonly<Record<string, string>>): void;
  respond(answer: RequestListener): void;
  /** Requests that come from now on wait, until the function is called. */
  hold(): () => void;
  /** Sockets that are open now. */
  connections(): Promise<number>;
}

export function keySetOf(...keys: readonly unknown[]): string {
  return JSON.stringify({ keys });
}

export async function startKeyServer(
  signers: readonly Signer[] = [],
  tls?: { readonly key: string; readonly cert: string },
): Promise<KeyServer> {
  const requests: IncomingMessage[] = [];
  let answer: RequestListener;
  let released: Promise<void> | undefined;
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    if (released === undefined) answer(request, response);
    else void released.then(() => answer(request, response));
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const { port } = server.address() as AddressInfo;
  const keyServer: KeyServer = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/jwks`,
    requests,
    publish(published, headers) {
      this.say(keySetOf(...published.map(({ jwk }) => jwk)), 200, headers);
    },
    say(body, status = 200, headers = {}) {
      const type = { 'content-type': 'application/json' };
      answer = (_, response) => response.writeHead(status, { ...type, ...headers }).end(body);
    },
    respond(wanted) {
      answer = wanted;
    },
    hold() {
      const { promise, resolve } = withResolvers();
      released = promise;
      return () => {
        released = undefined;
        resolve();
      };
    },
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error) reject(error);
          else resolve(count);
        });
      }),
  };
  keyServer.publish(signers);
  return keyServer;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
