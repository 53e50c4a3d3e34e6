import { credentials, InterceptingCall, type Interceptor, Metadata, status } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';
import { checkBoolean, checkSource, getToken } from './checked-source.ts';
import { TokenCall } from './grpc-js/token-call.ts';
import type { TokenSource } from './token-source.ts';

export { createCallerTokenSource } from './grpc-js/caller-token-source.ts';

export interface SendOptions {
  /**
   * Calls that a server of grpc-authn refused at admission because their token had expired are sent once more,
   * with a new token: unary and server-streaming ones. Their handler never ran. Default true.
   */
  readonly retryExpired?: boolean;
  /**
   * `tls` (default): if grpc-js shows that the channel is plaintext and its target is not loopback, the call
   * fails before the token is sent.
   */
  readonly channel?: 'tls' | 'dangerously_plaintext';
}

/**
 * Attaches `authorization: Bearer …` to each call of a client, of all four kinds. A call that has an
 * `authorization` of its own keeps it. The deadline includes the wait for the token. If no token can be had, the
 * call ends with UNAVAILABLE and the cause in its details.
 *
 * @throws TypeError for a wrong option.
 * @example new OrdersClient(address, credentials.createSsl(), { interceptors: [createTokenInterceptor(source)] })
 */
export function createTokenInterceptor(
  source: TokenSource,
  options: SendOptions = {},
): Interceptor {
  checkSource(source);
  const { retryExpired = true, channel = 'tls' } = options;
  checkBoolean('retryExpired', retryExpired);
  if (channel !== 'tls' && channel !== 'dangerously_plaintext') {
    throw new TypeError("channel: expected 'tls' or 'dangerously_plaintext'");
  }
  const allowPlaintext = channel === 'dangerously_plaintext';
  return (callOptions, nextCall) =>
    new InterceptingCall(
      new TokenCall({ source, retryExpired, allowPlaintext }, callOptions, nextCall),
    );
}

/**
 * Channel credentials that attach the token to each call. They are TLS by construction: grpc-js refuses to
 * combine insecure ones. Nothing is sent again, and a call must not have an `authorization` of its own; for both use
 * createTokenInterceptor.
 *
 * @example new OrdersClient(address, withToken(credentials.createSsl(), source))
 */
export function withToken(
  channelCredentials: ChannelCredentials,
  source: TokenSource,
): ChannelCredentials {
  checkSource(source);
  const attached = credentials.createFromMetadataGenerator((_, callback) => {
    getToken(source).then(
      ({ token }) => {
        const metadata = new Metadata();
        metadata.set('authorization', `Bearer ${token}`);
        callback(null, metadata);
      },
      (error: Error) => {
        // Without a code, grpc-js would report UNKNOWN.
        const code = status.UNAVAILABLE;
        callback(Object.assign(new Error(error.message, { cause: error }), { code }));
      },
    );
  });
  return credentials.combineChannelCredentials(channelCredentials, attached);
}
