import { Client, ChannelCredentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import type { CallKind } from './echo-server.ts';

/** A call that the client keeps open. It half-closes only on request, and reads at its own pace. */
export interface OpenCall {
  readonly ended: Promise<{ readonly status: StatusObject; readonly atMs: number }>;
  readonly stream: NodeJS.ReadWriteStream & { cancel(): void };
  /** Messages received so far. */
  readonly got: () => number;
}

export interface OpenCallOptions {
  readonly authorization?: string;
  readonly metadata?: Metadata;
  /** false: nothing is read until `stream.resume()`. */
  readonly read?: boolean;
  readonly message?: string;
}

const toBytes = (text: string): Buffer => Buffer.from(text);
const toText = (bytes: Buffer): string => bytes.toString('latin1');

export class OpenClient {
  readonly #client: Client;

  constructor(address: string, credentials = ChannelCredentials.createInsecure()) {
    this.#client = new Client(address, credentials);
  }

  open(kind: CallKind, options: OpenCallOptions = {}): OpenCall {
    const { metadata = new Metadata(), read = true, message = 'hello' } = options;
    if (options.authorization !== undefined) metadata.set('authorization', options.authorization);
    const stream = this.#start(kind, metadata, message);
    let got = 0;
    if (read) stream.on('data', () => (got += 1));
    stream.on('error', () => undefined);
    const ended = new Promise<{ status: StatusObject; atMs: number }>((resolve) => {
      stream.on('status', (status) => {
        resolve({ status: status as unknown as StatusObject, atMs: Date.now() });
      });
    });
    if (kind === 'clientStream' || kind === 'bidi') stream.write(message);
    return { ended, stream, got: () => got };
  }

  #start(kind: CallKind, metadata: Metadata, message: string): OpenCall['stream'] {
    const path = `/echo.v1.Echo/${kind}`;
    const client = this.#client;
    const ignore = (): void => undefined;
    if (kind === 'unary') {
      const call = client.makeUnaryRequest(path, toBytes, toText, message, metadata, {}, ignore);
      return call as unknown as OpenCall['stream'];
    }
    if (kind === 'serverStream') {
      const call = client.makeServerStreamRequest(path, toBytes, toText, message, metadata, {});
      return call as unknown as OpenCall['stream'];
    }
    const call =
      kind === 'clientStream'
        ? client.makeClientStreamRequest(path, toBytes, toText, metadata, {}, ignore)
        : client.makeBidiStreamRequest(path, toBytes, toText, metadata, {});
    return call as unknown as OpenCall['stream'];
  }

  close(): void {
    this.#client.close();
  }
}
