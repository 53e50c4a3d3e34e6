import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { checkOptionNames, checkText, notify } from '@grpc-authn/core/internal';
import { checkWrittenUrl, Discovery, GuardedFetch } from '@grpc-authn/provider';
import {
  checkAsymmetric,
  JWKS_OPTION_NAMES,
  type JwksOptions,
  readJwksOptions,
  RefreshingKeys,
} from '@grpc-authn/jwks/key-source';
import {
  type ClaimsOutput,
  JWT_OPTION_NAMES,
  JwtAuthenticator,
  type JwtOptions,
  readJwtOptions,
} from '@grpc-authn/jwt/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DiscoveredKeysLoader } from './discovered-keys-loader.ts';

export type OidcOptions<S extends StandardSchemaV1 | undefined = undefined> = JwtOptions<S> &
  JwksOptions & {
    /** One issuer: its metadata is looked for below it, and it must stand in every token. */
    readonly issuer: string;
  };

/**
 * Verifies JWTs of an OpenID Connect provider: its metadata is discovered, its keys are those of its
 * `jwks_uri`. Nothing is fetched until the first call, or `ready()`: a provider that is down costs
 * UNAVAILABLE until it is up, not a crash.
 *
 * Refuses as createJwksAuthenticator does; `unavailable` with reason `discovery` where the metadata
 * cannot be had or is not this issuer's.
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
