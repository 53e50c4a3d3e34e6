import {
  ChannelCredentials,
  Client,
  type ClientOptions,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import type { CallKind } from './echo-server.ts';

export interface CallOptions {
  /** The value of the `authorization` field. */
  readonly authorization?: string;
  readonly metadata?: Metadata;
  readonly message?: string;
  /** Milliseconds. Default: 60,000, which no call needs; undefined for no deadline. */
  readonly deadlineMs?: number | undefined;
  /** Called with a function that cancels the call. */
  readonly onStart?: (cancel: () => void) => void;
}

export interface CallEnd {
  readonly code: number;
  readonly details: string;
  readonly trailers: Metadata;
  readonly messages: readonly string[];
}

type SurfaceCall = ReturnType<Client['makeUnaryRequest']>;

/** A grpc-js client that reports how a call of any kind ended. */
export class EchoClient {
  readonly #client: Client;

  constructor(
    address: string,
    credentials = ChannelCredentials.createInsecure(),
    options: ClientOptions = {},
  ) {
    this.#client = new Client(address, credentials, options);
  }

  call(kind: CallKind, options: CallOptions = {}): Promise<CallEnd> {
    const metadata = options.metadata ?? new Metadata();
    if (options.authorization !== undefined) metadata.set('authorization', options.authorization);
    const { message = 'hello' } = options;
    const deadlineMs = 'deadlineMs' in options ? options.deadlineMs : 60_000;
    const callOptions = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
    const messages: string[] = [];
    return new Promise((resolve) => {
      const end = (status: StatusObject): void =>
        resolve({
          code: status.code,
          details: status.details,
          trailers: status.metadata,
          messages,
        });
      const keep = (_error: unknown, answer?: string): void => {
        if (answer !== undefined) messages.push(answer);
      };
      const stream = this.#start(kind, message, metadata, callOptions, keep);
      stream.on('data', (answer: string) => messages.push(answer));
      stream.on('error', () => undefined);
      stream.on('status', end);
      options.onStart?.(() => stream.cancel());
    });
  }

  #start(
    kind: CallKind,
    message: string,
    metadata: Metadata,
    options: object,
    keep: (error: unknown, answer?: string) => void,
  ): SurfaceCall {
    const path = `/echo.v1.Echo/${kind}`;
    const client = this.#client;
    if (kind === 'unary') {
      return client.makeUnaryRequest(path, toBytes, toText, message, metadata, options, keep);
    }
    if (kind === 'serverStream') {
      return client.makeServerStreamRequest(path, toBytes, toText, message, metadata, options);
    }
    const stream =
      kind === 'clientStream'
        ? client.makeClientStreamRequest(path, toBytes, toText, metadata, options, keep)
        : client.makeBidiStreamRequest(path, toBytes, toText, metadata, options);
    stream.write(message);
    stream.end();
    return stream;
  }

  close(): void {
    this.#client.close();
  }
}

function toBytes(text: string): Buffer {
  return Buffer.from(text);
}

function toText(bytes: Buffer): string {
  return bytes.toString();
}
