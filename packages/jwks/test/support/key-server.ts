import type { IncomingMessage, RequestListener } from 'node:http';
import { startLoopbackServer } from '../../../provider/test/support/loopback-server.ts';
import type { Signer } from './signer.ts';

/** A server of key sets on loopback that answers as a test says. */
export interface KeyServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** From now on it publishes these keys, with these headers. */
  publish(signers: readonly Signer[], headers?: Readonly<Record<string, string>>): void;
  /** From now on it answers with this body. */
  say(body: string, status?: number, headers?: Readonly<Record<string, string>>): void;
  respond(answer: RequestListener): void;
  /** From now on requests wait until the returned function is called. */
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
  const { origin, connections } = await startLoopbackServer((request, response) => {
    requests.push(request);
    if (released === undefined) answer(request, response);
    else void released.then(() => answer(request, response));
  }, tls);
  const keyServer: KeyServer = {
    url: `${origin}/jwks`,
    requests,
    publish(published, headers) {
      this.say(keySetOf(...published.map(({ jwk }) => jwk)), 200, headers);
    },
    say(body, status = 200, headers = {}) {
      const type = { 'content-type': 'application/json' };
      answer = (_, response) => response.writeHead(status, { ...type, ...headers }).end(body);
    },
    respond(next) {
      answer = next;
    },
    hold() {
      const { promise, resolve } = withResolvers();
      released = promise;
      return () => {
        released = undefined;
        resolve();
      };
    },
    connections,
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
