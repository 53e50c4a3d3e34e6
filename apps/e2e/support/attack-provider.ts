import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Responder = (response: ServerResponse, request: IncomingMessage) => void;

/** A provider on loopback that publishes and answers what an attack needs, and records requests. */
export interface AttackProvider {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly introspectionEndpoint: string;
  /** Requested paths, oldest first. */
  readonly paths: readonly string[];
  /** Everything that clients sent: paths, headers and bodies. */
  readonly received: readonly string[];
  /** The introspection answer for a token: a string as it is, an object as JSON; default: not active. */
  readonly answers: Map<string, string | object>;
  publish(keys: readonly unknown[]): void;
  /** Sets the answer for this path; an object is sent as JSON. */
  respond(path: string, answer: Responder | object): void;
  count(path: string): number;
  close(): Promise<void>;
}

export const METADATA_PATH = '/.well-known/openid-configuration';

export async function startAttackProvider(keys: readonly unknown[] = []): Promise<AttackProvider> {
  const paths: string[] = [];
  const received: string[] = [];
  const answers = new Map<string, string | object>();
  const responders = new Map<string, Responder>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    paths.push(path);
    received.push(path, JSON.stringify(request.rawHeaders));
    const respond = responders.get(path);
    if (respond === undefined) response.writeHead(404).end();
    else respond(response, request);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: AttackProvider = {
    issuer,
    jwksUri: `${issuer}/jwks`,
    introspectionEndpoint: `${issuer}/introspect`,
    paths,
    received,
    answers,
    publish: (published) => provider.respond('/jwks', { keys: published }),
    respond(path, answer) {
      const says = (response: ServerResponse): void => json(response, answer);
      responders.set(path, typeof answer === 'function' ? (answer as Responder) : says);
    },
    count: (path) => paths.filter((asked) => asked === path).length,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  provider.publish(keys);
  provider.respond(METADATA_PATH, {
    issuer,
    jwks_uri: provider.jwksUri,
    introspection_endpoint: provider.introspectionEndpoint,
  });
  provider.respond('/introspect', (response, request) => {
    void textOf(request).then((body) => {
      received.push(body);
      const token = new URLSearchParams(body).get('token') ?? '';
      json(response, answers.get(token) ?? { active: false });
    });
  });
  return provider;
}

export function json(response: ServerResponse, body: string | object): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json' }).end(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
