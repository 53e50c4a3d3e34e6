import type { AuthError } from '@grpc-authn/core/authenticator';
import {
  checkMetadataUrl,
  Discovery,
  type GuardedFetch,
  readClientEndpoint,
  RefreshedValue,
} from '@grpc-authn/provider';
import type { AuthorizationServer } from 'oauth4webapi';
import type { IntrospectionSettings } from './introspection-options.ts';

/** The introspection endpoint, and the keys of signed answers. */
export interface Endpoint {
  readonly url: URL;
  readonly jwksUri: URL | undefined;
  /** The issuer whose metadata named the URLs; undefined for a configured endpoint. */
  readonly discoveredFrom: URL | undefined;
}

/** Where the endpoint comes from: the configuration, or the issuer's metadata. */
export interface EndpointSource {
  get(): Endpoint | AuthError | Promise<Endpoint | AuthError>;
  ready(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Metadata is fetched again after an hour. During an outage the last endpoint is used without limit. */
const MAX_AGE_MS = 3_600_000;
/** Calls fail while there is no endpoint, so the metadata is tried again soon. */
const MAX_BACK_OFF_MS = 2000;

export function createEndpointSource(
  settings: IntrospectionSettings,
  fetch: GuardedFetch,
): EndpointSource {
  const { location, clock } = settings;
  if ('endpoint' in location) {
    const configured = { url: location.endpoint, jwksUri: undefined, discoveredFrom: undefined };
    return { get: () => configured, ready: async () => {}, close: async () => {} };
  }
  const { issuer } = location;
  const discovery = new Discovery({ issuer, location, fetch });
  return new RefreshedValue<Endpoint>({
    clock,
    reason: 'discovery',
    staleIfErrorMs: Number.POSITIVE_INFINITY,
    maxBackOffMs: MAX_BACK_OFF_MS,
    load: async () => ({
      value: await discovery.discover((metadata) =>
        readEndpoint(metadata, discovery.origin, settings),
      ),
      maxAgeMs: MAX_AGE_MS,
    }),
  });
}

/** @throws ProviderError */
function readEndpoint(
  metadata: AuthorizationServer,
  origin: URL,
  { credentials, signed, issuer }: IntrospectionSettings,
): Endpoint {
  const url = readClientEndpoint('introspection_endpoint', metadata, {
    origin,
    issuer,
    mutualTls: credentials.certificate !== undefined,
    remedy: 'if it is correct, configure it as the option endpoint',
  });
  const jwksUri = signed ? checkMetadataUrl('jwks_uri', metadata.jwks_uri, origin) : undefined;
  return { url, jwksUri, discoveredFrom: origin };
}
