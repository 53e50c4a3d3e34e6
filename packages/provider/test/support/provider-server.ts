import type { IncomingMessage, RequestListener } from 'node:http';
import type { ServerOptions } from 'node:https';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** A provider on loopback that answers as a test says. */
export interface ProviderServer extends LoopbackServer {
  readonly url: URL;
  readonly requests: readonly IncomingMessage[];
}

export async function startProvider(
  answer: RequestListener,
  tls?: ServerOptions,
): Promise<ProviderServer> {
  const requests: IncomingMessage[] = [];
  const server = await startLoopbackServer((request, response) => {
    requests.push(request);
    answer(request, response);
  }, tls);
  return { ...server, url: new URL('/keys', server.origin), requests };
}
