import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import {
  checkFunction,
  checkOptionNames,
  checkText,
  describeValue,
  reportEvent,
  wrongOption,
} from '@grpc-authn/core/internal';
import { type KeyLoader, RefreshingKeys } from '@grpc-authn/jwks/internal';
import {
  type ClaimsOutput,
  importPublicKeySet,
  JwtAuthenticator,
  type JwtRules,
  type KeySource,
} from '@grpc-authn/jwt/internal';
import { checkWrittenUrl, GuardedFetch, readHttpOptions } from '@grpc-authn/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { svidKeysOf } from './bundle.ts';
import { loadFromFile, loadFromUrl } from './bundle-loaders.ts';
import { readSpiffeRules, type SpiffeOptions } from './spiffe-options.ts';

/** For a bundle without a refresh hint (SPIFFE_Trust_Domain_and_Bundle, section 6.1). */
const MAX_AGE_MS = 300_000;
/** Milliseconds for which the last good bundle is used during an outage. */
const STALE_IF_ERROR_MS = 3_600_000;

/**
 * Verifies SPIFFE JWT-SVIDs with the bundle of one trust domain. The subject is the caller's SPIFFE ID;
 * `iss` is not checked, and the principal's issuer is the trust domain, such as 'spiffe://acme.example'.
 *
 * Rejects tokens like createJwtAuthenticator, and with `invalid_token` for the reasons `issuer` (`sub` is no
 * SPIFFE ID of the trust domain), `claim` (it is not well-formed, or not allowed) and `header` (the header has
 * more than `alg`, `kid` and `typ`). An outage is `unavailable` (reason `jwks`).
 *
 * @throws ConfigError for a wrong option.
 * @example
 * createSpiffeAuthenticator({
 *   trustDomain: 'acme.example',
 *   bundle: { url: 'https://spire.acme.example/bundle' },
 *   audience: 'orders',
 *   allow: ['spiffe://acme.example/ns/prod/*'],
 * });
 */
export function createSpiffeAuthenticator<S extends StandardSchemaV1 | undefined = undefined>(
  options: SpiffeOptions<S>,
): ManagedAuthenticator<ClaimsOutput<S>> {
  const rules = readSpiffeRules(options);
  checkFunction('report', options.report);
  const authenticator = new JwtAuthenticator(rules, keySourceOf(options, rules));
  return authenticator as ManagedAuthenticator<object> as ManagedAuthenticator<ClaimsOutput<S>>;
}

function keySourceOf(
  options: SpiffeOptions<StandardSchemaV1 | undefined>,
  { clock, name: authenticator }: JwtRules,
): KeySource {
  const { bundle, report } = options;
  const http = readHttpOptions(options.http);
  checkOptionNames('bundle', bundle, ['url', 'file', 'keys']);
  const [form, ...others] = Object.keys(bundle);
  if (form === undefined || others.length > 0) {
    const received = [form, ...others].filter((one) => one !== undefined).join(' and ') || 'none';
    throw wrongOption('bundle', received, 'one of url, file and keys');
  }
  if ('keys' in bundle) return staticKeys(bundle.keys);
  const fetch = new GuardedFetch(http, {
    onProxy: (detail) => reportEvent(report, { type: 'proxy_used', authenticator, detail }),
  });
  const loader: KeyLoader =
    'file' in bundle
      ? loadFromFile(checkText('bundle.file', bundle.file))
      : loadFromUrl(checkWrittenUrl('bundle.url', bundle.url, http), fetch, () => clock.nowMs());
  return new RefreshingKeys({
    loader,
    clock,
    report,
    authenticator,
    maxAgeMs: MAX_AGE_MS,
    staleIfErrorMs: STALE_IF_ERROR_MS,
  });
}

function staticKeys(given: unknown): KeySource {
  if (!Array.isArray(given)) {
    throw wrongOption('bundle.keys', describeValue(given), 'the list "keys" of a bundle');
  }
  const keys = importPublicKeySet({ keys: svidKeysOf(given) });
  if (keys.size > 0) return { keys: () => keys };
  const why = keys.refused.map((refused) => refused.why).join('; ') || 'none is for JWT-SVIDs';
  const expected = 'at least one usable public key with a kid and "use": "jwt-svid"';
  throw wrongOption('bundle.keys', `no usable key (${why})`, expected);
}
