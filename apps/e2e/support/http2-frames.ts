/** Handwritten HTTP/2 (RFC 9113), to send what Node.js's client rejects, and a lot of it. */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
} as const;
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;

const HEAD_BYTES = 9;

export function encodeFrame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** What a client sends first. */
export function openingFrames(): Buffer {
  return Buffer.concat([Buffer.from(PREFACE), encodeFrame(FRAME.settings, 0, 0)]);
}

type Field = readonly [name: string, value: string];

/** The header block of a gRPC call. The same field may be in it twice. */
export function callHeaders(path: string, authority: string, fields: readonly Field[]): Buffer {
  const all: readonly Field[] = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', authority],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...fields,
  ];
  return Buffer.concat(all.map(([name, value]) => literal(name, value)));
}

/** HPACK (RFC 7541, section 6.2.2): a literal field without indexing and without Huffman coding. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([length(bytes.length), bytes]);
}

/** HPACK, section 5.1: an integer with a prefix of seven bits. */
function length(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const octets = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) + 128);
  octets.push(rest);
  return Buffer.from(octets);
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Splits what a server sends into frames. */
export class FrameReader {
  #received: Buffer = Buffer.alloc(0);

  *read(data: Buffer): Generator<Frame> {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    while (this.#received.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#received.readUIntBE(0, 3);
      if (this.#received.length < end) return;
      const [type = 0, flags = 0] = this.#received.subarray(3, 5);
      const stream = this.#received.readUInt32BE(5);
      const payload = this.#received.subarray(HEAD_BYTES, end);
      this.#received = this.#received.subarray(end);
      yield { type, flags, stream, payload };
    }
  }
}
