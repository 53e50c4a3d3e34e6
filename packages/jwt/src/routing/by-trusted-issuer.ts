import type {
  Authenticator,
  ClaimsOf,
  Clock,
  ManagedAuthenticator,
} from '@grpc-authn/core/authenticator';
import {
  checkClock,
  checkFunction,
  checkNumber,
  checkOptionNames,
  wrongOption,
} from '@grpc-authn/core/internal';
import { TrustedIssuers } from './trusted-issuers.ts';

/** How many authenticators byTrustedIssuer caches; both ends of the range are allowed. */
export const MAX_ISSUERS: { readonly default: number; readonly min: number; readonly max: number } =
  Object.freeze({ default: 1000, min: 1, max: 100_000 });

/**
 * Sends each JWT to the authenticator that `trust` returns for its issuer, for services whose tenants are not
 * known at start. `trust` is called with an unverified issuer: it answers from memory and returns undefined for
 * an issuer that is not a tenant. It creates a new authenticator each time, which is cached and closed later.
 *
 * At most `maxIssuers` authenticators are cached (default 1,000, 1 to 100,000). The least recently used is
 * evicted, closed after its pending calls, and created again for its next token; one that has verified a token is
 * evicted only by another one that has. At most five start in any second, peers in turn. An issuer that is not
 * trusted is remembered for 10 seconds.
 *
 * Refuses with `invalid_token` (reason `issuer`) if the issuer is not trusted, with `malformed_credentials` if
 * the token is not a JWT, and with `internal` if `trust` throws or returns anything else.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * byTrustedIssuer((issuer) =>
 *   tenants.has(issuer) ? createOidcAuthenticator({ issuer, audience: 'orders' }) : undefined,
 * );
 */
export function byTrustedIssuer<A extends Authenticator<object>>(
  trust: (issuer: string) => A | undefined,
  options: { readonly maxIssuers?: number; readonly clock?: Clock } = {},
): ManagedAuthenticator<ClaimsOf<A>> {
  if (trust === undefined) throw wrongOption('trust', 'nothing', 'a function');
  checkFunction('trust', trust);
  checkOptionNames('byTrustedIssuer', options, ['maxIssuers', 'clock']);
  const composed: ManagedAuthenticator<object> = new TrustedIssuers({
    trust,
    maxIssuers: Math.floor(checkNumber('maxIssuers', options.maxIssuers, MAX_ISSUERS)),
    clock: checkClock(options.clock),
    name: 'byTrustedIssuer',
    issuers: [],
  });
  return composed as ManagedAuthenticator<ClaimsOf<A>>;
}
