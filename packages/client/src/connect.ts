import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from '@connectrpc/connect';
import { readAuthFailure } from '@grpc-authn/core/client';
import type { AccessToken } from './access-token.ts';
import { repeatable, withRetriedMessages } from './connect/retried-stream.ts';
import type { TokenSource } from './token-source.ts';

/** Options of createConnectTokenInterceptor. */
export interface ConnectSendOptions {
  /**
   * Calls that a server of grpc-authn refused at admission because their token had expired are sent once more,
   * with a new token: unary and server-streaming ones. Their handler never ran. Default true.
   */
  readonly retryExpired?: boolean;
  /** Also send tokens by http to a host that is not this machine. Default false. */
  readonly dangerouslyPlaintext?: boolean;
}

type Request = UnaryRequest | StreamRequest;

/**
 * Attaches `authorization: Bearer …` to each call of a Connect transport, in Node.js and in browsers. A call that
 * has an `authorization` of its own keeps it. If no token can be had, the call fails with Code.Unavailable and
 * the cause.
 *
 * @example createConnectTransport({ baseUrl, interceptors: [createConnectTokenInterceptor(source)] })
 */
export function createConnectTokenInterceptor(
  source: TokenSource,
  { retryExpired = true, dangerouslyPlaintext = false }: ConnectSendOptions = {},
): Interceptor {
  return (next) => async (request) => {
    if (request.header.has('authorization')) return next(request);
    if (!dangerouslyPlaintext) checkUrl(request.url);
    /** The token of the last attempt. */
    let sent: AccessToken;
    const attempt = async (message: Request['message']): ReturnType<typeof next> => {
      sent = await tokenOf(source, request.signal);
      const header = new Headers(request.header);
      header.set('authorization', `Bearer ${sent.token}`);
      return next({ ...request, header, message } as Request);
    };
    const { methodKind } = request.method;
    const mayRepeat = retryExpired && (methodKind === 'unary' || methodKind === 'server_streaming');
    const messages = request.stream ? await repeatable(request.message, mayRepeat) : undefined;
    const send = (): ReturnType<typeof next> => attempt(messages?.() ?? request.message);
    /** Sends the call once more, or throws its error. */
    const repeat = async (error: unknown, hasBegun = false): ReturnType<typeof next> => {
      const failure = readAuthFailure(error);
      const refused = sent;
      if (failure?.reason === 'TOKEN_EXPIRED' || failure?.reason === 'TOKEN_INVALID') {
        source.invalidate(refused);
      }
      const isExpired = failure?.reason === 'TOKEN_EXPIRED' && failure.stage === 'admission';
      if (!mayRepeat || hasBegun || !isExpired) throw error;
      // With the same token it would be refused again.
      if ((await tokenOf(source, request.signal)).token === refused.token) throw error;
      return send();
    };
    try {
      const response = await send();
      return response.stream ? withRetriedMessages(response, repeat) : response;
    } catch (error) {
      return repeat(error);
    }
  };
}

async function tokenOf(source: TokenSource, signal: AbortSignal): Promise<AccessToken> {
  try {
    return await source.get({ signal });
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : 'no access token';
    throw new ConnectError(why, Code.Unavailable, undefined, undefined, error);
  }
}

function checkUrl(url: string): void {
  const { protocol, hostname, host } = new URL(url, 'https://localhost');
  const isLocal =
    hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol === 'https:' || isLocal) return;
  throw new ConnectError(
    `the connection to ${host} is plaintext, so no token is sent; use https, or ` +
      'createConnectTokenInterceptor(source, { dangerouslyPlaintext: true })',
    Code.Unauthenticated,
  );
}
