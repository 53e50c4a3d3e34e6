import { connect, constants, type IncomingHttpHeaders, type ClientHttp2Session } from 'node:http2';

export interface RawAnswer {
  /** Headers and trailers together, because a rejection is trailers-only. */
  readonly fields: IncomingHttpHeaders;
  readonly resetCode: number;
}

/** An HTTP/2 client without gRPC, so that it can do what no gRPC client does. */
export class RawClient {
  readonly session: ClientHttp2Session;

  constructor(port: number) {
    this.session = connect(`http://127.0.0.1:${port}`);
    this.session.on('error', () => undefined);
  }

  /** Sends a unary call; a list of values sends the field once for each. */
  call(
    kind: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    body: Buffer = frame(Buffer.from('hello')),
  ): Promise<RawAnswer> {
    return new Promise((resolve) => {
      const stream = this.session.request({
        ':method': 'POST',
        ':path': `/echo.v1.Echo/${kind}`,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(fields as Record<string, string | string[]>),
      });
      const answer: IncomingHttpHeaders = {};
      stream.on('response', (headers) => Object.assign(answer, headers));
      stream.on('trailers', (trailers) => Object.assign(answer, trailers));
      stream.on('data', () => undefined);
      stream.on('error', () => undefined);
      stream.on('close', () =>
        resolve({ fields: answer, resetCode: stream.rstCode ?? constants.NGHTTP2_NO_ERROR }),
      );
      stream.end(body);
    });
  }

  close(): void {
    this.session.destroy();
  }
}

/** A message with gRPC's prefix of five bytes. */
export function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
