import { connect, type Socket } from 'node:net';
import { callHeaders, encodeFrame, FLAG, FRAME, openingFrames } from './http2-frames.ts';

/**
 * Opens a call with handwritten HTTP/2 frames, to send what Node.js's client rejects: the same field twice. The
 * call stays open; the caller destroys the socket.
 */
export function sendRawHeaders(
  port: number,
  path: string,
  fields: readonly (readonly [string, string])[],
): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  const block = callHeaders(path, `127.0.0.1:${port}`, fields);
  socket.write(
    Buffer.concat([openingFrames(), encodeFrame(FRAME.headers, FLAG.endHeaders, 1, block)]),
  );
  return socket;
}
