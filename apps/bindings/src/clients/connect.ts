import { type Client, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createNodeHttpClient, Http2SessionManager } from '@connectrpc/connect-node';
import { createTransport as createConnect } from '@connectrpc/connect/protocol-connect';
import { createTransport as createGrpcWeb } from '@connectrpc/connect/protocol-grpc-web';
import { readAuthFailure } from '@grpc-authn/core/client';
import { type EchoMethod, kindOf } from '../echo.ts';
import { Echo } from '../subjects/echo-descriptor.ts';
import type { Text } from '../subjects/definition.ts';
import { type CallEnd, type OpenCall, type Protocol, type WireClient } from '../wire-client.ts';

type CreateTransport = (options: Parameters<typeof createConnect>[0]) => Transport;
type EchoClient = Client<typeof Echo>;

export const CONNECT: Protocol = protocolOf('Connect', createConnect);
export const GRPC_WEB: Protocol = protocolOf('gRPC-web', createGrpcWeb);

function protocolOf(name: string, create: CreateTransport): Protocol {
  return {
    name,
    connect: (port) => connect(port, create),
    async post(port, method, authorization, body) {
      const client = connect(port, create, { authorization, body });
      try {
        return await client.open(method).ended;
      } finally {
        client.close();
      }
    },
  };
}

/** What is sent instead of a message, and of the token. */
interface Raw {
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

function connect(port: number, create: CreateTransport, raw?: Raw): WireClient {
  const baseUrl = `http://127.0.0.1:${port}`;
  const sessions = new Http2SessionManager(baseUrl);
  const http = createNodeHttpClient({ httpVersion: '2', sessionProvider: () => sessions });
  const transport = create({
    baseUrl,
    httpClient: (request) =>
      http(raw === undefined ? request : { ...request, body: once(raw.body) }),
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 1024,
    readMaxBytes: 0xffffffff,
    writeMaxBytes: 0xffffffff,
  });
  const client = createClient(Echo, transport);
  return {
    open(method, { token, message = 'hello', halfClose = true, read = true } = {}): OpenCall {
      if (typeof message !== 'string') throw new Error('expected text, received bytes: use post()');
      const authorization = raw?.authorization ?? (token && `Bearer ${token}`);
      const headers = new Headers(authorization === undefined ? {} : { authorization });
      const cancelled = new AbortController();
      let resume = (): void => undefined;
      const reads = read ? Promise.resolve() : new Promise<void>((resolve) => (resume = resolve));
      const messages: string[] = [];
      const call = answersOf(client, method, requestsOf(message, halfClose), {
        headers,
        signal: cancelled.signal,
      });
      return {
        ended: collect(call, reads, messages),
        messages,
        cancel: () => cancelled.abort(),
        resume: () => resume(),
      };
    },
    close: () => sessions.abort(),
  };
}

async function collect(
  call: AsyncIterable<Text>,
  reads: Promise<void>,
  messages: string[],
): Promise<CallEnd> {
  try {
    const answers = call[Symbol.asyncIterator]();
    // The call is sent with its first read; a slow reader waits after it.
    let answer = await answers.next();
    await reads;
    for (; answer.done !== true; answer = await answers.next()) messages.push(answer.value.text);
    return { code: 0, failure: undefined, messages };
  } catch (error) {
    const { code } = ConnectError.from(error, Code.Unknown);
    return { code, failure: readAuthFailure(error), messages };
  }
}

async function* answersOf(
  client: EchoClient,
  method: EchoMethod,
  requests: AsyncIterable<Text>,
  options: { readonly headers: Headers; readonly signal: AbortSignal },
): AsyncGenerator<Text> {
  const kind = kindOf(method);
  if (kind === 'clientStream') return yield await client.clientStream(requests, options);
  if (kind === 'bidi') return yield* client.bidi(requests, options);
  const [request = { text: '' }] = [await first(requests)];
  if (kind === 'serverStream') return yield* client.serverStream(request, options);
  const unary = client[method as 'unary' | 'scoped' | 'anonymous' | 'public'];
  yield await unary(request, options);
}

async function* requestsOf(text: string, halfClose: boolean): AsyncGenerator<Text> {
  yield { text };
  if (!halfClose) await new Promise(() => undefined);
}

async function first<T>(values: AsyncIterable<T>): Promise<T | undefined> {
  for await (const value of values) return value;
  return undefined;
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
