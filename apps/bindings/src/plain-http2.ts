import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import {
  type AuthError,
  type BindingOptions,
  type CallGuard,
  createCallGuard,
  type Credentials,
  type Principal,
  type TransportCall,
} from '@grpc-authn/core/authenticator';
import { readDeadline, readMessage, toFrame, WireError } from './plain-frames.ts';

/** A unary method yields one message, a server-streaming one any number. */
export type PlainHandler = (request: Buffer, call: PlainCallInfo) => AsyncIterable<Uint8Array>;

export interface PlainCallInfo {
  /** undefined for an anonymous caller and on a public method. */
  readonly principal: Principal<object> | undefined;
  /** Without the credentials. */
  readonly headers: IncomingHttpHeaders;
  /** Aborted when the call ends before the handler does. */
  readonly signal: AbortSignal;
}

export interface PlainMethod {
  readonly responseStream: boolean;
  readonly handle: PlainHandler;
}

export interface PlainServerOptions {
  /** By path: '/pkg.Service/Method'. */
  readonly methods: ReadonlyMap<string, PlainMethod>;
  readonly auth: BindingOptions;
  /** Default: 4 MiB. */
  readonly maxMessageBytes?: number;
  readonly http2?: ServerOptions;
}

/** A gRPC server without a framework, for unary and server-streaming methods. */
export function createPlainServer(options: PlainServerOptions): Http2Server {
  const { methods, auth, maxMessageBytes = 4 * 1024 * 1024 } = options;
  const settings = { guard: createCallGuard(auth), auth, maxMessageBytes };
  const server = createServer({ settings: { maxConcurrentStreams: 100 }, ...options.http2 });
  server.on('stream', (stream, headers) => {
    // A caller that disconnects also causes an error; 'close' follows.
    stream.on('error', () => undefined);
    const method = methods.get(headers[':path'] ?? '');
    if (method === undefined) endTrailersOnly(stream, { 'grpc-status': 12 });
    else void new PlainCall(settings, method, stream, headers).run();
  });
  return server;
}

interface Settings {
  readonly guard: CallGuard;
  readonly auth: BindingOptions;
  readonly maxMessageBytes: number;
}

class PlainCall implements TransportCall {
  readonly method: string;
  readonly streaming: boolean;
  readonly peer: { readonly address: string; readonly connection?: object };
  readonly deadlineEpochMs: number;
  readonly #settings: Settings;
  readonly #handle: PlainHandler;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #aborted = new AbortController();
  /** Nothing is sent after it. */
  #ended = false;

  constructor(
    settings: Settings,
    method: PlainMethod,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ) {
    this.#settings = settings;
    this.#handle = method.handle;
    this.#stream = stream;
    this.#headers = headers;
    this.method = headers[':path'] ?? '';
    this.streaming = method.responseStream;
    const { socket } = stream.session ?? {};
    const address = `${socket?.remoteAddress ?? 'unknown'}:${socket?.remotePort ?? 0}`;
    this.peer = { address, ...(stream.session && { connection: stream.session }) };
    const nowMs = settings.auth.clock?.nowMs() ?? Date.now();
    this.deadlineEpochMs = readDeadline(this.header('grpc-timeout'), nowMs);
  }

  get credentials(): Credentials | AuthError | undefined {
    return this.#settings.guard.credentialsFrom((name) => this.header(name));
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  }

  /** The token expired, or was revoked. */
  end(refusal: AuthError): void {
    this.#refuse(refusal, 'running');
    this.#aborted.abort();
  }

  async run(): Promise<void> {
    const { guard } = this.#settings;
    this.#stream.on('close', () => {
      this.#ended = true;
      guard.finish(this);
      this.#aborted.abort();
    });
    // The body is not read until the call is allowed: HTTP/2 lets a client send 64 KiB meanwhile.
    const outcome = await guard.begin(this);
    if (this.#ended || this.#stream.closed) return;
    if (outcome.refusal !== undefined) this.#refuse(outcome.refusal, 'admission');
    else await this.#serve(outcome.principal);
  }

  async #serve(principal: Principal<object> | undefined): Promise<void> {
    const name = this.#settings.auth.credentials?.header ?? 'authorization';
    const { [name]: _, ...headers } = this.#headers;
    const { signal } = this.#aborted;
    try {
      const request = await readMessage(this.#stream, this.#settings.maxMessageBytes);
      for await (const message of this.#handle(request, { principal, headers, signal })) {
        if (this.#ended) return;
        await this.#send(message);
        if (!this.streaming) break;
      }
      this.#endWith({ 'grpc-status': 0 });
    } catch (error) {
      this.#endWith({ 'grpc-status': error instanceof WireError ? error.status : 13 });
    }
  }

  /** Waits for a slow reader, until the call ends. */
  async #send(message: Uint8Array): Promise<void> {
    this.#respond();
    if (this.#stream.write(toFrame(message))) return;
    const { signal } = this.#aborted;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.#stream.off('drain', go);
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#stream.on('drain', go);
      signal.addEventListener('abort', go);
    });
  }

  #respond(): void {
    if (this.#stream.headersSent) return;
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    this.#stream.respond(head, { waitForTrailers: true });
  }

  #refuse(error: AuthError, stage: 'admission' | 'running'): void {
    const refusal = this.#settings.guard.describe(error, this, stage);
    const { statusCode, message, reason, challenge, retryPushbackMs, details } = refusal;
    this.#endWith({
      'grpc-status': statusCode,
      'grpc-message': encodeURIComponent(message),
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...(reason !== undefined && {
        'grpc-status-details-bin': Buffer.from(details).toString('base64'),
      }),
      ...(retryPushbackMs !== undefined && { 'grpc-retry-pushback-ms': String(retryPushbackMs) }),
    });
  }

  #endWith(trailers: OutgoingHttpHeaders): void {
    const stream = this.#stream;
    if (this.#ended) return;
    this.#ended = true;
    this.#settings.guard.finish(this, 'server');
    if (!stream.headersSent) return endTrailersOnly(stream, trailers);
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end();
  }
}

/** Ends the call, and what the client still sends: one that never half-closes occupies no stream. */
function endTrailersOnly(stream: ServerHttp2Stream, trailers: OutgoingHttpHeaders): void {
  // Reset by the client, and 'close' follows.
  if (stream.closed || stream.destroyed) return;
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  stream.respond({ ...head, ...trailers }, { endStream: true });
  setImmediate(() => stream.close());
}
