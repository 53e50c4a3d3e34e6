import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';

/** One question, as it arrived. */
export interface Question {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
  /** The port that it came from: one for each connection. */
  readonly port: number | undefined;
  /** The common name of the client's certificate, where one was asked for. */
  readonly certificate: string | undefined;
}

type Answer = (question: Question, response: ServerResponse) => void;

/** A provider on loopback that answers as a test says. */
export interface ProviderServer {
  readonly origin: string;
  readonly endpoint: string;
  /** What the introspection endpoint was asked, oldest first. */
  readonly questions: readonly Question[];
  /** The paths that were asked for, all of them. */
  readonly paths: readonly string[];
  /** From now on introspection answers so; objects as JSON. */
  say(body: unknown, status?: number, headers?: Readonly<Record<string, string>>): void;
  respond(answer: Answer): void;
  /** From now on this is published at the path: the metadata, the keys. */
  publish(path: string, body: unknown, status?: number): void;
  /** Sockets that are open now. */
  connections(): Promise<number>;
}

/** What a good answer says, unless a test says otherwise. */
export const ACTIVE = {
  active: true,
  token_type: 'Bearer',
  sub: 'alice',
  client_id: 'web',
  aud: 'orders',
  scope: 'orders:read',
};

export const METADATA_PATH = '/.well-known/openid-configuration';

export async function startProvider(tls?: ServerOptions): Promise<ProviderServer> {
  const questions: Question[] = [];
  const paths: string[] = [];
  const published = new Map<string, { body: unknown; status: number }>();
  let answer: Answer = (_, response) => send(response, ACTIVE);
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    paths.push(path);
    const document = published.get(path);
    if (document !== undefined) return send(response, document.body, document.status);
    if (path !== '/introspect') return send(response, 'nothing here', 404);
    const question = await read(request);
    questions.push(question);
    answer(question, response);
    return undefined;
  };
  const server = tls
    ? createTlsServer(tls, (...call) => void listener(...call))
    : createServer((...call) => void listener(...call));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const origin = `http${tls ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = `${origin}/introspect`;
  const metadata = { issuer: origin, introspection_endpoint: endpoint, jwks_uri: `${origin}/jwks` };
  published.set(METADATA_PATH, { body: metadata, status: 200 });
  return {
    origin,
    endpoint,
    questions,
    paths,
    say(body, status, headers) {
      answer = (_, response) => send(response, body, status, headers);
    },
    respond(wanted) {
      answer = wanted;
    },
    publish: (path, body, status = 200) => void published.set(path, { body, status }),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error) reject(error);
          else resolve(count);
        });
      }),
  };
}

/** Objects as JSON; text as it is, under the type that a test says. */
export function send(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<Question> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method, headers, socket } = request;
  const certificate =
    'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
  return {
    method,
    headers,
    form: new URLSearchParams(Buffer.concat(chunks).toString()),
    port: socket.remotePort,
    certificate: certificate?.subject?.CN as string | undefined,
  };
}
