import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import { answerParent } from './child.ts';

// A provider that answers immediately, in its own process, so that its work is not measured.

let keys: readonly unknown[] = [];

const server = createServer((request, response) => {
  if (request.url === '/jwks') json(response, { keys });
  else void introspect(request, response);
});

async function introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('token') ?? '';
  const nowSeconds = Math.floor(Date.now() / 1000);
  json(response, {
    active: token.startsWith('opaque-'),
    token_type: 'Bearer',
    iss: ISSUER,
    sub: token,
    aud: AUDIENCE,
    client_id: 'orders-web-client',
    scope: 'openid profile email orders:read orders:write',
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    username: 'alice',
  });
}

function json(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': text.length };
  response.writeHead(200, headers).end(text);
}

answerParent({
  start(published: readonly unknown[]) {
    keys = published;
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      );
    });
  },
});
