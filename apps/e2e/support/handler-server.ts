import { type AuthInterceptorOptions, createAuthInterceptor } from '@grpc-authn/core';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServerOptions,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { EchoClient } from './echo-client.ts';
import { CALL_KINDS, type CallKind, echoDefinition } from './echo-server.ts';

/** The stream or call of a handler of any kind; which members it has depends on the kind. */
export interface AnyCall extends NodeJS.ReadWriteStream {
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  readonly request?: string;
  getPath(): string;
  destroy(): void;
}
export type Respond = (error: null, text: string) => void;
export type Handle = (kind: CallKind, call: AnyCall, respond: Respond) => void;

export interface HandlerServer {
  readonly address: string;
  readonly port: number;
  readonly seen: { messages: number; handlers: number };
  readonly client: EchoClient;
  readonly server: Server;
}

export interface HandlerOptions {
  readonly handle: Handle;
  /** Interceptors before and after ours. */
  readonly before?: readonly ServerInterceptor[];
  readonly after?: readonly ServerInterceptor[];
  readonly serverOptions?: ServerOptions;
}

/** The echo service with the given interceptors and one handler for all kinds, and a client for it. */
export async function withHandler(
  options: AuthInterceptorOptions | ServerInterceptor,
  { handle, before = [], after = [], serverOptions = {} }: HandlerOptions,
  body: (server: HandlerServer) => Promise<void>,
): Promise<void> {
  const seen = { messages: 0, handlers: 0 };
  const interceptor = typeof options === 'function' ? options : createAuthInterceptor(options);
  const interceptors = [...before, interceptor, ...after];
  const server = new Server({ ...serverOptions, interceptors });
  const implementation = (kind: CallKind) => (call: AnyCall, respond: Respond) => {
    seen.handlers += 1;
    handle(kind, call, respond);
  };
  const handlers = Object.fromEntries(CALL_KINDS.map((kind) => [kind, implementation(kind)]));
  server.addService(echoDefinition(seen), handlers as unknown as UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const address = `127.0.0.1:${port}`;
  const client = new EchoClient(address);
  try {
    await body({ address, port, seen, client, server });
  } finally {
    client.close();
    server.forceShutdown();
  }
}

/** Answers immediately, in the way of the kind. */
export function answer(kind: CallKind, call: AnyCall, respond: Respond, text = 'done'): void {
  if (kind === 'unary') return respond(null, text);
  if (kind === 'serverStream') {
    call.write(text);
    call.end();
    return undefined;
  }
  call.on('data', () => undefined);
  call.on('end', () => {
    if (kind === 'clientStream') return respond(null, text);
    call.write(text);
    call.end();
  });
  return undefined;
}
