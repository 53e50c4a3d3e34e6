import { checkMetadataUrl } from '../address/url-rules.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';

type EndpointName = 'introspection_endpoint' | 'token_endpoint';

/** The part of the metadata that is read. */
type Metadata = { readonly [name in EndpointName]?: unknown } & {
  readonly mtls_endpoint_aliases?: { readonly [name in EndpointName]?: unknown };
};

export interface ClientEndpointOptions {
  /** Where the metadata comes from. */
  readonly origin: URL;
  readonly issuer: string | undefined;
  /** The client authenticates with a certificate (RFC 8705, section 5). */
  readonly mutualTls: boolean;
  /** What an operator can do about an endpoint of another origin. */
  readonly remedy: string;
}

/**
 * The endpoint of the metadata at which a client authenticates. A secret is sent only to the origin for which it
 * was configured: the issuer's, or that of a `metadataUrl`. A certificate reveals nothing.
 *
 * @throws ProviderError
 */
export function readClientEndpoint(
  name: EndpointName,
  metadata: Metadata,
  { origin, issuer, mutualTls, remedy }: ClientEndpointOptions,
): URL {
  const aliases = (mutualTls && metadata.mtls_endpoint_aliases) || {};
  const url = checkMetadataUrl(name, aliases[name] ?? metadata[name], origin);
  const isConfigured = url.origin === origin.origin || url.origin === originOf(issuer);
  if (mutualTls || isConfigured) return url;
  throw new ProviderError(
    'address',
    `${shownUrl(origin)}: its ${name} ${shownUrl(url)} is of another origin, to which our credentials are not ` +
      `sent; ${remedy}`,
  );
}

function originOf(issuer: string | undefined): string | undefined {
  return issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).origin : undefined;
}
