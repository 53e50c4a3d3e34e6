import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerInterceptor,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';

/** A service with one method of each kind; messages are strings. */
export const CALL_KINDS = ['unary', 'clientStream', 'serverStream', 'bidi'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

export type EchoCall =
  | ServerUnaryCall<string, string>
  | ServerReadableStream<string, string>
  | ServerWritableStream<string, string>
  | ServerDuplexStream<string, string>;

/** What happened behind the interceptor. */
export interface Seen {
  /** Messages that were deserialized. */
  messages: number;
  /** Handlers that ran. */
  handlers: number;
}

export interface EchoServer {
  readonly address: string;
  readonly port: number;
  readonly seen: Seen;
  stop(): void;
}

export interface EchoOptions {
  readonly interceptors: readonly ServerInterceptor[];
  /** The message that every handler answers; the kind of the handler decides when. */
  readonly answer?: (call: EchoCall) => string;
  readonly credentials?: ServerCredentials;
}

export function echoDefinition(seen: Seen): ServiceDefinition {
  const method = (kind: CallKind) => ({
    path: `/echo.v1.Echo/${kind}`,
    requestStream: kind === 'clientStream' || kind === 'bidi',
    responseStream: kind === 'serverStream' || kind === 'bidi',
    requestSerialize: (text: string) => Buffer.from(text),
    requestDeserialize: (bytes: Buffer) => {
      seen.messages += 1;
      return bytes.toString();
    },
    responseSerialize: (text: string) => Buffer.from(text),
    responseDeserialize: (bytes: Buffer) => bytes.toString(),
  });
  return Object.fromEntries(CALL_KINDS.map((kind) => [kind, method(kind)]));
}

export async function startEchoServer(options: EchoOptions): Promise<EchoServer> {
  const seen: Seen = { messages: 0, handlers: 0 };
  const answer = options.answer ?? (() => 'done');
  const server = new Server({ interceptors: [...options.interceptors] });
  server.addService(echoDefinition(seen), {
    unary(call: ServerUnaryCall<string, string>, respond: sendUnaryData<string>) {
      seen.handlers += 1;
      respond(null, answer(call));
    },
    clientStream(call: ServerReadableStream<string, string>, respond: sendUnaryData<string>) {
      seen.handlers += 1;
      const text = answer(call);
      call.on('data', () => undefined);
      call.on('end', () => respond(null, text));
    },
    serverStream(call: ServerWritableStream<string, string>) {
      seen.handlers += 1;
      call.write(answer(call));
      call.end();
    },
    bidi(call: ServerDuplexStream<string, string>) {
      seen.handlers += 1;
      call.write(answer(call));
      call.on('data', () => undefined);
      call.on('end', () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = options.credentials ?? ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, port, seen, stop: () => server.forceShutdown() };
}
