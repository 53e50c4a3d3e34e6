import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from '@connectrpc/connect';
import { readAuthFailure } from '@grpc-authn/core/client';
import type { AccessToken } from './access-token.ts';
import { checkBoolean, checkSource, getToken } from './checked-source.ts';
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
 * @throws TypeError for a wrong source or option.
 * @example createConnectTransport({ baseUrl, interceptors: [createConnectTokenInterceptor(source)] })
 */
export function createConnectTokenInterceptor(
  source: TokenSource,
  { retryExpired = true, dangerouslyPlaintext = false }: ConnectSendOptions = {},
): Interceptor {
  checkSource(source);
  checkBoolean('retryExpired', retryExpired);
  checkBoolean('dangerouslyPlaintext', dangerouslyPlaintext);
  return (next) => async (request) => {
    if (request.header.has('authorization')) return next(request);
    if (!dangerouslyPlaintext) checkUrl(request.url);
    const { methodKind } = request.method;
    const mayRepeat = retryExpired && (methodKind === 'unary' || methodKind === 'server_streaming');
    const messages = request.stream ? await repeatable(request.message, mayRepeat) : undefined;
    const send = ({ token }: AccessToken): ReturnType<typeof next> => {
      const header = new Headers(request.header);
      header.set('authorization', `Bearer ${token}`);
      return next({ ...request, header, message: messages?.() ?? request.message } as Request);
    };
    const first = await tokenOf(source, request.signal);
    /** Sends the call once more, or throws its error. */
    const repeat = async (error: unknown, hasBegun = false): ReturnType<typeof next> => {
      const { reason, stage } = readAuthFailure(error) ?? {};
      if (reason === 'TOKEN_EXPIRED' || reason === 'TOKEN_INVALID') source.invalidate(first);
      const isExpired = reason === 'TOKEN_EXPIRED' && stage === 'admission';
      if (!mayRepeat || hasBegun || !isExpired) throw error;
      const second = await tokenOf(source, request.signal);
      // With the same token it would be refused again.
      if (second.token === first.token) throw error;
      return send(second);
    };
    try {
      const response = await send(first);
      return response.stream ? withRetriedMessages(response, repeat) : response;
    } catch (error) {
      return repeat(error);
    }
  };
}

async function tokenOf(source: TokenSource, signal: AbortSignal): Promise<AccessToken> {
  try {
    return await getToken(source, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new ConnectError((error as Error).message, Code.Unavailable, undefined, undefined, error);
  }
}

function checkUrl(url: string): void {
  // In a page, a relative URL leads to its host.
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const { protocol, hostname, host } = new URL(url, location?.href ?? 'https://localhost');
  const isLocal =
    hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol === 'https:' || isLocal) return;
  throw new ConnectError(
    `the connection to ${host} is plaintext, so no token is sent; use https, or ` +
      'createConnectTokenInterceptor(source, { dangerouslyPlaintext: true })',
    Code.Unauthenticated,
  );
}
