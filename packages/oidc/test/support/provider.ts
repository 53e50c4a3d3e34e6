import type { IncomingMessage, RequestListener } from 'node:http';
import { startLoopbackServer } from '../../../provider/test/support/loopback-server.ts';

export const OIDC_PATH = '/.well-known/openid-configuration';
export const OAUTH_PATH = '/.well-known/oauth-authorization-server';

/** A provider on loopback whose every path answers as a test says. */
export interface Provider {
  readonly origin: string;
  readonly requests: readonly IncomingMessage[];
  /** The requested paths, oldest first. */
  readonly paths: readonly string[];
  at(path: string, answer: RequestListener | object, status?: number): void;
  /** Sockets that are open now. */
  connections(): Promise<number>;
}

/** Every other path answers 404. */
export async function startProvider(): Promise<Provider> {
  const requests: IncomingMessage[] = [];
  const answers = new Map<string, RequestListener>();
  const { origin, connections } = await startLoopbackServer((request, response) => {
    requests.push(request);
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  return {
    origin,
    requests,
    connections,
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
  };
}

export function sayHtml(body: string, status = 200): RequestListener {
  return (_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end(body);
}
