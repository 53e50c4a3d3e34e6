import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const OIDC_PATH = '/.well-known/openid-configuration';
export const OAUTH_PATH = '/.well-known/oauth-authorization-server';

/** A provider on loopback whose every path answers as a test says. */
export interface Provider {
  readonly origin: string;
  readonly requests: readonly IncomingMessage[];
  /** The paths that were asked for, oldest first. */
  readonly paths: readonly string[];
  at(path: string, answer: RequestListener | object, status?: number): void;
  /** Sockets that are open now. */
  connections(): Promise<number>;
}

/** What is not answered is a 404. */
export async function startProvider(): Promise<Provider> {
  const requests: IncomingMessage[] = [];
  const answers = new Map<string, RequestListener>();
  const server = createServer((request, response) => {
    requests.push(request);
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get paths() {
      return requests.map(({ url }) => url ?? '');
    },
    at(path, answer, status = 200) {
      const json: RequestListener = (_, response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      };
      answers.set(path, typeof answer === 'function' ? (answer as RequestListener) : json);
    },
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error) reject(error);
          else resolve(count);
        });
      }),
  };
}

export function sayHtml(body: string, status = 200): RequestListener {
  return (_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end(body);
}
