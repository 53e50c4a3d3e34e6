import { type Duplex, pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Agent } from 'undici';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';

/** No compression: it costs more than it saves for a small document. */
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'grpc-authn' };
/** Accepts an empty body under any content-encoding. */
const FLUSHED = { finishFlush: constants.Z_SYNC_FLUSH };

/** Sends the request with undici's `request`, at half the cost of its fetch. It follows no redirect. */
export async function undiciExchange(
  agent: Agent,
  url: URL,
  { method = 'GET', headers, body, signal }: HttpRequest,
): Promise<HttpAnswer> {
  const answer = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers: { ...HEADERS, ...headers },
    body: body?.toString() ?? null,
    signal,
  });
  const header = (name: string): string | null => {
    const value = answer.headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  };
  return {
    status: answer.statusCode,
    redirected: false,
    header,
    body: decompressed(answer.body, header('content-encoding'), url),
    discard: () => void answer.body.on('error', () => undefined).destroy(),
  };
}

/** Some servers compress although the request says `identity` (RFC 9110, section 8.4.1). */
function decompressed(body: Readable, coding: string | null, url: URL): Readable {
  switch (coding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return through(body, createGunzip(FLUSHED));
    case 'deflate':
      return through(body, createInflate(FLUSHED));
    case 'br':
      return through(
        body,
        createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
      );
    default:
      body.on('error', () => undefined).destroy();
      throw new ProviderError(
        'content',
        `${shownUrl(url)}: answered in a content-encoding that was not asked for`,
      );
  }
}

/** Errors of the body become errors of the decoder. */
function through(body: Readable, decoder: Duplex): Readable {
  pipeline(body, decoder, () => undefined);
  return decoder;
}
