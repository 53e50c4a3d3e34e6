import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { checkOptionNames, checkText, notify } from '@grpc-authn/core/internal';
import {
  checkAsymmetric,
  JWKS_OPTION_NAMES,
  type JwksOptions,
  readJwksOptions,
  RefreshingKeys,
} from '@grpc-authn/jwks/internal';
import {
  type ClaimsOutput,
  JWT_OPTION_NAMES,
  JwtAuthenticator,
  type JwtOptions,
  readJwtOptions,
} from '@grpc-authn/jwt/internal';
import { checkWrittenUrl, Discovery, GuardedFetch } from '@grpc-authn/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DiscoveredKeysLoader } from './discovered-keys-loader.ts';

export type OidcOptions<S extends StandardSchemaV1 | undefined = undefined> = JwtOptions<S> &
  JwksOptions & {
    /** Required in every token. The metadata URL is derived from it. */
    readonly issuer: string;
  };

/**
 * Verifies JWTs of an OpenID Connect provider, with the keys that its metadata names (`jwks_uri`).
 * Nothing is fetched before the first call or `ready()`. While the provider is down, calls are
 * UNAVAILABLE; the server still starts.
 *
 * Rejects tokens like createJwksAuthenticator; `unavailable` with reason `discovery` if the metadata
 * cannot be fetched or belongs to another issuer.
 *
 * @throws ConfigError for a wrong option.
 * @example createOidcAuthenticator({ issuer: 'https://id.example.com', audience: 'orders' })
 */
export function createOidcAuthenticator<S extends StandardSchemaV1 | undefined = undefined>(
  options: OidcOptions<S>,
): ManagedAuthenticator<ClaimsOutput<S>> {
  const names = [...JWT_OPTION_NAMES, ...JWKS_OPTION_NAMES];
  checkOptionNames('createOidcAuthenticator', options, names);
  const issuer = checkText('issuer', options.issuer);
  const rules = readJwtOptions(options, { name: 'oidc' });
  checkAsymmetric(rules.algorithms);
  const settings = readJwksOptions(options);
  const url = checkWrittenUrl('issuer', issuer, settings.http);
  const fetch = new GuardedFetch(settings.http);
  const { clock, name: authenticator } = rules;
  const loader = new DiscoveredKeysLoader({
    issuer: url,
    discovery: new Discovery(issuer, url, fetch),
    fetch,
    clock,
    staleIfErrorMs: settings.staleIfErrorMs,
    onStaleMetadata: (error) =>
      notify(settings.report, { type: 'metadata_unavailable', authenticator, error }),
  });
  const source = new RefreshingKeys({ ...settings, loader, clock, authenticator });
  const managed = new JwtAuthenticator(rules, source) as ManagedAuthenticator<object>;
  return managed as ManagedAuthenticator<ClaimsOutput<S>>;
}
