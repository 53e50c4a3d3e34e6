import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import {
  checkOptionNames,
  checkText,
  describeValue,
  reportEvent,
  wrongOption,
} from '@grpc-authn/core/internal';
import { checkWrittenUrl, GuardedFetch, type ConnectionOptions } from '@grpc-authn/provider';
import {
  type ClaimsOutput,
  importPublicKeySet,
  JWT_OPTION_NAMES,
  JwtAuthenticator,
  type JwtOptions,
  type JwtRules,
  type KeySource,
  readJwtOptions,
} from '@grpc-authn/jwt/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { FileLoader } from './file-loader.ts';
import {
  checkAsymmetric,
  JWKS_OPTION_NAMES,
  type JwksOptions,
  type JwksSettings,
  readJwksOptions,
} from './jwks-options.ts';
import type { KeyLoader } from './key-loader.ts';
import { KeyEventReporter } from './key-event-reporter.ts';
import { RefreshingKeys } from './refreshing-keys.ts';
import { UrlLoader } from './url-loader.ts';

/** The source of the keys: a JWKS URL, a file that is read again when it changes, or the keys. */
export type JwksLocation =
  | { readonly url: string }
  | { readonly file: string }
  | { readonly keys: readonly unknown[] };

/**
 * Verifies JWTs with the public keys of a JWK Set (RFC 7517). Keys are imported once, refreshed in the
 * background, and looked up when a token names an unknown one.
 *
 * Rejects tokens like createJwtAuthenticator. An outage never rejects a token: it is `unavailable` (reason
 * `jwks`, or `overloaded` if too many calls wait for a look-up).
 *
 * @throws ConfigError for a wrong option.
 * @example
 * createJwksAuthenticator({
 *   jwks: { url: 'https://id.example.com/jwks' },
 *   issuer: 'https://id.example.com',
 *   audience: 'orders',
 * });
 */
export function createJwksAuthenticator<S extends StandardSchemaV1 | undefined = undefined>(
  options: { readonly jwks: JwksLocation } & JwtOptions<S> & JwksOptions,
): ManagedAuthenticator<ClaimsOutput<S>> {
  const names = ['jwks', ...JWT_OPTION_NAMES, ...JWKS_OPTION_NAMES];
  checkOptionNames('createJwksAuthenticator', options, names);
  const rules = readJwtOptions(options, { name: 'jwks' });
  checkAsymmetric(rules.algorithms);
  const settings = readJwksOptions(options);
  const authenticator = new JwtAuthenticator(rules, keySourceOf(options.jwks, rules, settings));
  return authenticator as ManagedAuthenticator<object> as ManagedAuthenticator<ClaimsOutput<S>>;
}

function keySourceOf(jwks: JwksLocation, rules: JwtRules, settings: JwksSettings): KeySource {
  checkOptionNames('jwks', jwks, ['url', 'file', 'keys']);
  const forms = Object.keys(jwks);
  if (forms.length !== 1) {
    throw wrongOption('jwks', forms.join(' and ') || 'none', 'one of url, file and keys');
  }
  if ('keys' in jwks) return staticKeys(jwks.keys, rules, settings);
  const { clock, name: authenticator } = rules;
  const loader = loaderOf(jwks, rules, settings);
  return new RefreshingKeys({ ...settings, loader, clock, authenticator });
}

function loaderOf(
  jwks: { readonly url: string } | { readonly file: string },
  { clock, name: authenticator }: JwtRules,
  { http, report }: JwksSettings,
): KeyLoader {
  if ('file' in jwks) return new FileLoader(checkText('jwks.file', jwks.file));
  const url = checkWrittenUrl('jwks.url', jwks.url, http);
  const onProxy: ConnectionOptions['onProxy'] = (detail) =>
    reportEvent(report, { type: 'proxy_used', authenticator, detail });
  return UrlLoader.at(url, new GuardedFetch(http, { onProxy }), () => clock.nowMs());
}

function staticKeys(given: unknown, rules: JwtRules, settings: JwksSettings): KeySource {
  if (!Array.isArray(given)) throw wrongOption('jwks.keys', describeValue(given), 'a list of JWKs');
  const keys = importPublicKeySet({ keys: given });
  new KeyEventReporter(rules.name, settings.report).refreshed(keys, given.length, false);
  if (keys.size > 0) return { keys: () => keys };
  const why = keys.refused.map((refused) => refused.why).join('; ') || 'the list is empty';
  throw wrongOption('jwks.keys', `no usable key (${why})`, 'at least one usable public key');
}
