import {
  cached,
  type CacheOptions,
  type ManagedAuthenticator,
} from '@grpc-authn/core/authenticator';
import { describeValue, wrongOption } from '@grpc-authn/core/internal';
import type { ClaimsOutput } from '@grpc-authn/jwt';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { IntrospectionAuthenticator } from './introspection-authenticator.ts';
import {
  type IntrospectionLocation,
  type IntrospectionOptions,
  readIntrospectionOptions,
} from './introspection-options.ts';

/**
 * Asks the provider about each token (RFC 7662), and caches its answers. For opaque tokens, and for tokens
 * whose revocation must take effect soon.
 *
 * Errors: `invalid_token` with `inactive` if the provider does not say that the token is active, or with
 * `type`, `issuer`, `audience`, `expired`, `not_yet_valid`, `claim`; `malformed_credentials` with
 * `bad_characters`; `unavailable` with `introspection`, `discovery` or `overloaded` during an outage.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * createIntrospectionAuthenticator({
 *   issuer: 'https://id.example.com',
 *   audience: 'orders',
 *   clientId: 'orders',
 *   clientAuthentication: { method: 'client_secret_basic', secret },
 * });
 */
export function createIntrospectionAuthenticator<
  S extends StandardSchemaV1 | undefined = undefined,
>(options: IntrospectionLocation & IntrospectionOptions<S>): ManagedAuthenticator<ClaimsOutput<S>> {
  const settings = readIntrospectionOptions(options);
  const cache = readCache(options.cache);
  const asking: ManagedAuthenticator<object> = new IntrospectionAuthenticator(
    settings,
    cache !== false,
  );
  const kept =
    cache === false
      ? asking
      : cached(asking, { negative: {}, clock: settings.clock, ...cache, keepTokens: false });
  return kept as ManagedAuthenticator<ClaimsOutput<S>>;
}

function readCache(cache: CacheOptions | false = {}): CacheOptions | false {
  if (cache === false) return false;
  if (typeof cache !== 'object' || cache === null) {
    throw wrongOption('cache', describeValue(cache), 'cache options or false');
  }
  if (cache.keepTokens === true) {
    throw wrongOption('cache.keepTokens', 'true', 'false, because tokens are stored as digests');
  }
  return cache;
}
