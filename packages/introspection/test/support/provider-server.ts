import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { startLoopbackServer } from '../../../provider/test/support/loopback-server.ts';

/** One introspection request. */
export interface Question {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
  /** The client's port, which identifies the connection. */
  readonly port: number | undefined;
  /** The common name of the client's certificate, if the server requests one. */
  readonly certificate: string | undefined;
}

type Answer = (question: Question, response: ServerResponse) => void;

/** A provider on loopback that answers as a test says. */
export interface ProviderServer {
  readonly origin: string;
  readonly endpoint: string;
  /** The introspection requests, oldest first. */
  readonly questions: readonly Question[];
  /** The requested paths, oldest first. */
  readonly paths: readonly string[];
  /** From now on introspection gives this answer; objects as JSON. */
  say(body: unknown, status?: number, headers?: Readonly<Record<string, string>>): void;
  respond(answer: Answer): void;
  /** From now on this is published at the path: metadata, keys. */
  publish(path: string, body: unknown, status?: number): void;
  /** Sockets that are open now. */
  connections(): Promise<number>;
}

/** The default answer. */
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
  const { origin, connections } = await startLoopbackServer(
    (...exchange) => void listener(...exchange),
    tls,
  );
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
    respond(next) {
      answer = next;
    },
    publish: (path, body, status = 200) => void published.set(path, { body, status }),
    connections,
  };
}

/** Sends objects as JSON, and text as it is. */
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
