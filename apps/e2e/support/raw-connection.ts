import { connect, type Socket } from 'node:net';
import { frame as message } from './raw-client.ts';
import {
  callHeaders,
  encodeFrame,
  FLAG,
  FRAME,
  FrameReader,
  openingFrames,
} from './http2-frames.ts';

/**
 * An HTTP/2 client (RFC 9113) that respects no limit: it opens any number of streams, and half-closes them
 * only on request.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #authority: string;
  readonly #frames = new FrameReader();
  #lastStream = -1;
  /** Streams that the server answered with headers, which are rejections here. */
  readonly answered: Set<number> = new Set();
  /** Streams that the server reset, with the code. */
  readonly reset: Map<number, number> = new Map();
  pongs = 0;
  /** Pings of the server that were answered. */
  pings = 0;
  closed = false;

  constructor(port: number) {
    this.#authority = `127.0.0.1:${port}`;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => (this.closed = true));
    this.#socket.on('data', (data) => this.#receive(data));
    this.#socket.write(openingFrames());
  }

  /** Opens a call and leaves it open; returns its stream. Never makes room for more than the first 64 KiB. */
  open(path: string, authorization?: string): number {
    this.#lastStream += 2;
    const token = authorization === undefined ? [] : [['authorization', authorization] as const];
    const block = callHeaders(path, this.#authority, token);
    this.#socket.write(encodeFrame(FRAME.headers, FLAG.endHeaders, this.#lastStream, block));
    return this.#lastStream;
  }

  message(stream: number, text: string): void {
    this.#socket.write(encodeFrame(FRAME.data, 0, stream, message(Buffer.from(text))));
  }

  halfClose(stream: number): void {
    this.#socket.write(encodeFrame(FRAME.data, FLAG.endStream, stream));
  }

  /** Reads nothing from the socket any more, and so answers no ping. */
  pause(): void {
    this.#socket.pause();
  }

  /** Once it is answered, the server has read everything that was sent before. */
  ping(): void {
    this.#socket.write(encodeFrame(FRAME.ping, 0, 0, Buffer.alloc(8)));
  }

  close(): void {
    this.#socket.destroy();
  }

  #receivePing(flags: number, data: Buffer): void {
    if ((flags & FLAG.ack) !== 0) {
      this.pongs += 1;
      return;
    }
    this.pings += 1;
    this.#socket.write(encodeFrame(FRAME.ping, FLAG.ack, 0, Buffer.from(data)));
  }

  #receive(data: Buffer): void {
    for (const { type, flags, stream, payload } of this.#frames.read(data)) {
      if (type === FRAME.headers) this.answered.add(stream);
      if (type === FRAME.reset) this.reset.set(stream, payload.readUInt32BE(0));
      if (type === FRAME.ping) this.#receivePing(flags, payload);
      if (type === FRAME.settings && (flags & FLAG.ack) === 0) {
        this.#socket.write(encodeFrame(FRAME.settings, FLAG.ack, 0));
      }
    }
  }
}
