import { connect, type Socket } from 'node:net';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const FRAME = { headers: 1, settings: 4 };
const END_HEADERS = 4;

/**
 * Opens a call with handwritten HTTP/2 frames (RFC 9113), to send what Node's client rejects: the same
 * field twice. The call stays open; the caller destroys the socket.
 */
export function sendRawHeaders(
  port: number,
  path: string,
  fields: readonly (readonly [string, string])[],
): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  const block = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', `127.0.0.1:${port}`],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...fields,
  ].map(([name = '', value = '']) => literal(name, value));
  socket.write(
    Buffer.concat([
      Buffer.from(PREFACE),
      frame(FRAME.settings, 0, 0, Buffer.alloc(0)),
      frame(FRAME.headers, END_HEADERS, 1, Buffer.concat(block)),
    ]),
  );
  return socket;
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
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
