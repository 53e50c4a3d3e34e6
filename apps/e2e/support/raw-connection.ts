import { connect, type Socket } from 'node:net';
import { frame as message } from './raw-client.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6 };
const FLAG = { ack: 1, endStream: 1, endHeaders: 4 };

/**
 * An HTTP/2 client (RFC 9113) that respects no limit: it opens any number of streams, and half-closes them
 * only on request.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #authority: string;
  #received: Buffer = Buffer.alloc(0);
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
    this.#socket.write(Buffer.concat([Buffer.from(PREFACE), frame(FRAME.settings, 0, 0)]));
  }

  /** Opens a call and leaves it open; returns its stream. Never makes room for more than the first 64 KiB. */
  open(path: string, authorization?: string): number {
    this.#lastStream += 2;
    const block = [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', path],
      [':authority', this.#authority],
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
      ...(authorization === undefined ? [] : [['authorization', authorization]]),
    ].map(([name = '', value = '']) => literal(name, value));
    const payload = Buffer.concat(block);
    this.#socket.write(frame(FRAME.headers, FLAG.endHeaders, this.#lastStream, payload));
    return this.#lastStream;
  }

  message(stream: number, text: string): void {
    this.#socket.write(frame(FRAME.data, 0, stream, message(Buffer.from(text))));
  }

  halfClose(stream: number): void {
    this.#socket.write(frame(FRAME.data, FLAG.endStream, stream));
  }

  /** Reads nothing from the socket any more, and so answers no ping. */
  pause(): void {
    this.#socket.pause();
  }

  /** Once it is answered, the server has read everything that was sent before. */
  ping(): void {
    this.#socket.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
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
    this.#socket.write(frame(FRAME.ping, FLAG.ack, 0, Buffer.from(data)));
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    while (this.#received.length >= 9) {
      const length = this.#received.readUIntBE(0, 3);
      if (this.#received.length < 9 + length) return;
      const [type, flags] = [this.#received[3], this.#received[4] ?? 0];
      const stream = this.#received.readUInt32BE(5);
      if (type === FRAME.headers) this.answered.add(stream);
      if (type === FRAME.reset) this.reset.set(stream, this.#received.readUInt32BE(9));
      if (type === FRAME.ping) this.#receivePing(flags, this.#received.subarray(9, 17));
      if (type === FRAME.settings && (flags & FLAG.ack) === 0) {
        this.#socket.write(frame(FRAME.settings, FLAG.ack, 0));
      }
      this.#received = this.#received.subarray(9 + length);
    }
  }
}

function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HPACK (RFC 7541, section 6.2.2): a short literal field without indexing and without Huffman coding. */
function literal(name: string, value: string): Buffer {
  const text = (part: string): Buffer => Buffer.from([part.length, ...Buffer.from(part, 'latin1')]);
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}
