import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Issuers at one address: `/a`, `/b` and so on, each with a key of its own. */
export interface Providers {
  readonly address: string;
  readonly issuer: (name: string) => string;
  /** The most requests for metadata that were waiting at one time. */
  readonly mostWaiting: number;
}

/**
 * Answers requests for metadata when `together` of them have been waiting at one time, then at once. Issuers in
 * `down` answer 500. `metadata` replaces members of what each issuer announces.
 */
export async function openProviders(
  keyOf: (name: string) => object,
  { together = 1, down = [] as readonly string[], metadata = {} } = {},
): Promise<Providers> {
  const waiting: (() => void)[] = [];
  let mostWaiting = 0;
  const server = createServer(({ url = '' }, response) => {
    const [, name = '', ...rest] = url.split('/');
    const path = rest.join('/');
    if (down.includes(name)) return void response.writeHead(500).end();
    const issuer = `${address}/${name}`;
    if (path === 'jwks') return sendJson(response, { keys: [keyOf(name)] });
    if (path !== '.well-known/openid-configuration') return void response.writeHead(404).end();
    waiting.push(() => sendJson(response, { issuer, jwks_uri: `${issuer}/jwks`, ...metadata }));
    mostWaiting = Math.max(mostWaiting, waiting.length);
    if (mostWaiting < together) return;
    // In a later turn, so that another request that arrives now is counted.
    setTimeout(() => {
      for (const send of waiting.splice(0)) send();
    }, 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    issuer: (name) => `${address}/${name}`,
    get mostWaiting() {
      return mostWaiting;
    },
  };
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
