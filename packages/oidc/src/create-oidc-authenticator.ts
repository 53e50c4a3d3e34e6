import type { AuthEvent, ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { checkOptionNames, checkText, reportEvent } from '@grpc-authn/core/internal';
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
import {
  checkWrittenUrl,
  Discovery,
  type DiscoveryOptions,
  GuardedFetch,
  type HttpSettings,
} from '@grpc-authn/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DiscoveredKeysLoader } from './discovered-keys-loader.ts';

export type OidcOptions<S extends StandardSchemaV1 | undefined = undefined> = JwtOptions<S> &
  JwksOptions & {
    /** Required in every token. The metadata URL is derived from it, unless `metadataUrl` is given. */
    readonly issuer: string;
    /**
     * Where the metadata is read, if not at the issuer's address. Its `issuer` must still be the configured
     * one, which then need not be a URL that can be reached.
     */
    readonly metadataUrl?: string;
    /** Where the keys are read, in place of the metadata's `jwks_uri`. */
    readonly jwksUri?: string;
  };

const OPTION_NAMES = [...JWT_OPTION_NAMES, ...JWKS_OPTION_NAMES, 'metadataUrl', 'jwksUri'];

/**
 * Verifies JWTs of an OpenID Connect provider, with the keys that its metadata names (`jwks_uri`).
 * Nothing is fetched before the first call or `ready()`. While the provider is down, calls are
 * UNAVAILABLE; the server still starts.
 *
 * Rejects tokens like createJwksAuthenticator; `unavailable` with reason `discovery` if the metadata
 * cannot be fetched or names another issuer.
 *
 * @throws ConfigError for a wrong option.
 * @example createOidcAuthenticator({ issuer: 'https://id.example.com', audience: 'orders' })
 */
export function createOidcAuthenticator<S extends StandardSchemaV1 | undefined = undefined>(
  options: OidcOptions<S>,
): ManagedAuthenticator<ClaimsOutput<S>> {
  checkOptionNames('createOidcAuthenticator', options, OPTION_NAMES);
  const issuer = checkText('issuer', options.issuer);
  const rules = readJwtOptions(options, { name: 'oidc' });
  checkAsymmetric(rules.algorithms);
  const settings = readJwksOptions(options);
  const location = readLocation(options, issuer, settings.http);
  const jwksUri = optionalUrl('jwksUri', options.jwksUri, settings.http);
  const { clock, name: authenticator } = rules;
  const report = (event: Omit<AuthEvent, 'authenticator'>): void =>
    reportEvent(settings.report, { authenticator, ...event });
  const fetch = new GuardedFetch(settings.http, {
    onProxy: (detail) => report({ type: 'proxy_used', detail }),
  });
  const loader = new DiscoveredKeysLoader({
    discovery: new Discovery({ issuer, location, fetch }),
    jwksUri,
    fetch,
    clock,
    staleIfErrorMs: settings.staleIfErrorMs,
    onStaleMetadata: (error) => report({ type: 'metadata_unavailable', error }),
  });
  const source = new RefreshingKeys({ ...settings, loader, clock, authenticator });
  const managed = new JwtAuthenticator(rules, source) as ManagedAuthenticator<object>;
  return managed as ManagedAuthenticator<ClaimsOutput<S>>;
}

function readLocation(
  { metadataUrl }: { readonly metadataUrl?: string },
  issuer: string,
  http: HttpSettings,
): DiscoveryOptions['location'] {
  const url = optionalUrl('metadataUrl', metadataUrl, http);
  if (url !== undefined) return { metadataUrl: url };
  return { issuerUrl: checkWrittenUrl('issuer', issuer, http) };
}

function optionalUrl(option: string, value: unknown, http: HttpSettings): URL | undefined {
  return value === undefined ? undefined : checkWrittenUrl(option, value, http);
}
