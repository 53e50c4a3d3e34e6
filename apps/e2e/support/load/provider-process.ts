// A provider: discovery, keys, and introspection by the first word of an opaque token.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { JsonWebKey } from 'node:crypto';
import { METADATA_PATH } from '../attack-provider.ts';
import { AUDIENCE } from '../tokens.ts';
import { answerParent } from './child.ts';

export interface ProviderBehaviour {
  /** Before each introspection answer. */
  readonly latencyMs?: number;
  /** 'refuse': 503 to everything, with this `Retry-After`. Default 'answer'. */
  readonly mode?: 'answer' | 'hang' | 'refuse';
  readonly retryAfterSeconds?: number;
}

const LIFETIME_SECONDS = 3600;

let behaviour: ProviderBehaviour = {};
let keys: readonly JsonWebKey[] = [];
let issuer = '';
/** Of sockets, and of requests. */
const counts = { open: 0, most: 0, opened: 0, introspection: 0, jwks: 0 };

const server = createServer((request, response) => {
  const { url } = request;
  if (url === METADATA_PATH) {
    const endpoints = {
      jwks_uri: `${issuer}/jwks`,
      introspection_endpoint: `${issuer}/introspect`,
    };
    return json(response, { issuer, ...endpoints });
  }
  if (url === '/jwks') {
    counts.jwks += 1;
    return json(response, { keys });
  }
  counts.introspection += 1;
  countSocket(request.socket);
  // A request that is aborted ends its stream with an error.
  introspect(request, response).catch(() => response.destroy());
  return undefined;
});
// Longer than any pause of a load test, so that only clients close sockets.
server.keepAliveTimeout = 65_000;

/** Sockets that carry introspection requests. Discovery has one of its own. */
const sockets = new WeakSet<Socket>();

function countSocket(socket: Socket): void {
  if (sockets.has(socket)) return;
  sockets.add(socket);
  counts.opened += 1;
  counts.open += 1;
  counts.most = Math.max(counts.most, counts.open);
  socket.on('close', () => (counts.open -= 1));
}

async function introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const token = new URLSearchParams(body).get('token') ?? '';
  const { mode = 'answer', latencyMs = 0, retryAfterSeconds } = behaviour;
  if (mode === 'hang') return;
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
  if (mode === 'refuse') {
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
    response.writeHead(503).end();
  } else if (token.startsWith('poison')) response.writeHead(500).end();
  else json(response, token.startsWith('good') ? answerFor(token) : { active: false });
}

function answerFor(token: string): object {
  const iat = Math.floor(Date.now() / 1000);
  const times = { iat, exp: iat + LIFETIME_SECONDS };
  return { active: true, token_type: 'Bearer', iss: issuer, aud: AUDIENCE, sub: token, ...times };
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const answers = {
  async start(published: readonly JsonWebKey[]): Promise<string> {
    keys = published;
    await new Promise<void>((resolve) => {
      server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve);
    });
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return issuer;
  },
  behave: (next: ProviderBehaviour) => void (behaviour = next),
  counts: () => ({ ...counts }),
  /** Counts again from now on. Open sockets stay counted. */
  restart() {
    Object.assign(counts, { most: counts.open, opened: 0, introspection: 0, jwks: 0 });
  },
};
export type ProviderAnswers = typeof answers;
answerParent(answers);
