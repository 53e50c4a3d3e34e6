import type { Metadata } from '@grpc/grpc-js';
import { isToken } from '../access-token.ts';
import type { TokenSource } from '../token-source.ts';
import { TokenUnavailableError } from '../token-unavailable-error.ts';

/**
 * The token of a handler's own caller, for calls that the handler makes on the caller's behalf. The server's
 * interceptor removes the token unless its option is `forwardToken: 'always'`.
 *
 * Send it only to services that the caller's token is meant for; use createTokenExchangeSource for others.
 *
 * @example const orders = createTokenInterceptor(createCallerTokenSource(call));
 */
export function createCallerTokenSource(call: { readonly metadata: Metadata }): TokenSource {
  const [authorization, ...others] = call.metadata.get('authorization');
  const token = others.length === 0 ? tokenOf(authorization) : undefined;
  return {
    async get(options) {
      options?.signal?.throwIfAborted();
      if (token !== undefined) return { token };
      throw new TokenUnavailableError(
        "the call's metadata has no bearer token; set forwardToken: 'always' in createAuthInterceptor",
        { retryAfterMs: 0 },
      );
    },
    // It is the caller who renews it.
    invalidate: () => undefined,
    close: async () => undefined,
  };
}

/** Of a value that the server's interceptor has verified. */
function tokenOf(authorization: unknown): string | undefined {
  const [, token] = /^bearer +(.*)$/i.exec(String(authorization)) ?? [];
  return isToken(token) ? token : undefined;
}
