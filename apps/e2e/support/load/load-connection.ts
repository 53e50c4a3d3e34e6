import { connect, type Socket } from 'node:net';
import {
  callHeaders,
  encodeFrame,
  FLAG,
  FRAME,
  type Frame,
  FrameReader,
  openingFrames,
} from '../http2-frames.ts';
import { frame as message } from '../raw-client.ts';

/** `served`: with a message; `refused`: without one; `lost`: the connection or the stream ended before. */
export type CallResult = 'served' | 'refused' | 'lost';

export interface LoadCall {
  readonly authorization: string;
  /** Sent as `grpc-timeout`. Default: none. */
  readonly timeoutMs?: number;
  /** Called once. A call that is reset here ends as 'lost'. */
  readonly onEnd: (result: CallResult) => void;
}

const UNARY = '/echo.v1.Echo/unary';
const MESSAGE = message(Buffer.from('hello'));
const CANCEL = Buffer.from([0, 0, 0, 8]);

/** A light HTTP/2 client: thousands of connections of a chosen loopback address, in one process. */
export class LoadConnection {
  readonly #socket: Socket;
  readonly #authority: string;
  readonly #frames = new FrameReader();
  readonly #open = new Map<number, LoadCall>();
  readonly #onClose: () => void;
  readonly #withMessage = new Set<number>();
  #lastStream = -1;
  #ended = false;
  /** Resolves once the server has sent its settings, or false if the connection failed. */
  readonly ready: Promise<boolean>;
  #resolveReady: (isReady: boolean) => void = () => undefined;

  constructor(port: number, localAddress: string, onClose: () => void = () => undefined) {
    this.#onClose = onClose;
    this.#authority = `127.0.0.1:${port}`;
    this.ready = new Promise((resolve) => (this.#resolveReady = resolve));
    this.#socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => this.#end());
    this.#socket.on('data', (data) => {
      for (const frame of this.#frames.read(data)) this.#receive(frame);
    });
    this.#socket.write(openingFrames());
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Sends a unary call and returns its stream. */
  call(call: LoadCall): number {
    const stream = (this.#lastStream += 2);
    this.#open.set(stream, call);
    const fields: [string, string][] = [['authorization', call.authorization]];
    if (call.timeoutMs !== undefined) fields.push(['grpc-timeout', `${call.timeoutMs}m`]);
    const block = callHeaders(UNARY, this.#authority, fields);
    this.#write(
      Buffer.concat([
        encodeFrame(FRAME.headers, FLAG.endHeaders, stream, block),
        encodeFrame(FRAME.data, FLAG.endStream, stream, MESSAGE),
      ]),
    );
    return stream;
  }

  reset(stream: number): void {
    if (!this.#open.has(stream)) return;
    this.#write(encodeFrame(FRAME.reset, 0, stream, CANCEL));
    this.#finish(stream, 'lost');
  }

  /** By a reset: an orderly close occupies the port for a minute, and a burst needs more ports than the machine has. */
  close(): void {
    this.#socket.resetAndDestroy();
    this.#end();
  }

  #write(bytes: Buffer): void {
    if (this.#ended) return;
    // What one turn of the event loop sends is one packet.
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(bytes);
  }

  #receive({ type, flags, stream, payload }: Frame): void {
    if (type === FRAME.settings && (flags & FLAG.ack) === 0) {
      this.#write(encodeFrame(FRAME.settings, FLAG.ack, 0));
      this.#resolveReady(true);
    }
    if (type === FRAME.ping && (flags & FLAG.ack) === 0) {
      this.#write(encodeFrame(FRAME.ping, FLAG.ack, 0, payload));
    }
    if (type === FRAME.data && payload.length > 0) this.#withMessage.add(stream);
    if (type === FRAME.reset) this.#finish(stream, 'lost');
    if (type === FRAME.goAway) this.close();
    if ((type === FRAME.headers || type === FRAME.data) && (flags & FLAG.endStream) !== 0) {
      this.#finish(stream, this.#withMessage.has(stream) ? 'served' : 'refused');
    }
  }

  #finish(stream: number, result: CallResult): void {
    const call = this.#open.get(stream);
    this.#open.delete(stream);
    this.#withMessage.delete(stream);
    call?.onEnd(result);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#resolveReady(false);
    for (const stream of this.#open.keys()) this.#finish(stream, 'lost');
    this.#onClose();
  }
}
