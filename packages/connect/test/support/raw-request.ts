import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { onTestFinished } from 'vitest';
import type { Protocol } from './start-echo.ts';

const CONTENT_TYPES: Readonly<Record<Protocol, { unary: string; stream: string }>> = {
  connect: { unary: 'application/proto', stream: 'application/connect+proto' },
  grpc: { unary: 'application/grpc+proto', stream: 'application/grpc+proto' },
  'grpc-web': { unary: 'application/grpc-web+proto', stream: 'application/grpc-web+proto' },
};

export interface RawRequest {
  readonly protocol: Protocol;
  readonly method: string;
  readonly token?: string;
  /** undefined: only the headers are sent, and the request stays open. */
  readonly body?: Uint8Array | Promise<Uint8Array>;
}

/** Sends bytes over HTTP/2, and resolves with all text of the answer: headers, body and trailers. */
export async function rawRequest(
  { origin }: { readonly origin: string },
  { protocol, method, token, body }: RawRequest,
): Promise<string> {
  const session = connect(origin);
  onTestFinished(() => session.destroy());
  const kind = method === 'Unary' || method === 'LookUp' ? 'unary' : 'stream';
  const request = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: `/echo.v1.Echo/${method}`,
    'content-type': CONTENT_TYPES[protocol][kind],
    te: 'trailers',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  });
  if (body !== undefined) void Promise.resolve(body).then((bytes) => request.end(bytes));
  let all = '';
  const add = (headers: IncomingHttpHeaders): void => {
    all += `${JSON.stringify(headers)}\n`;
  };
  request.on('response', add);
  request.on('trailers', add);
  request.setEncoding('utf8');
  for await (const chunk of request) all += chunk as string;
  return all;
}
