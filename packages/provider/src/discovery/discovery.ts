import { AuthError, ConfigError } from '@grpc-authn/core/authenticator';
import { describeValue } from '@grpc-authn/core/internal';
import type { GuardedFetch } from '../fetch/guarded-fetch.ts';
import { retryAfterMs } from '../fetch/retry-after.ts';
import { loadPackage } from '../load-package.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';
import type { CustomFetchOptions, ServerMetadata } from 'openid-client';

/** openid-client needs a client id; discovery does not send it. */
const NO_CLIENT = 'grpc-authn';
/** openid-client fetches a URL with this path as it is. Ours is fetched in its place. */
const ANY_METADATA_PATH = '/.well-known/openid-configuration';

type Algorithm = 'oidc' | 'oauth2';

export interface DiscoveryOptions {
  /** The metadata must name it exactly. */
  readonly issuer: string;
  /** The issuer as a URL, from which the metadata URL is derived, or the metadata URL itself. */
  readonly location: { readonly issuerUrl: URL } | { readonly metadataUrl: URL };
  readonly fetch: GuardedFetch;
}

/**
 * Fetches a provider's metadata: from a given URL, or by OpenID Connect Discovery 1.0, and by RFC 8414 if
 * the first path answers with anything but metadata. The metadata's `issuer` must equal the configured one
 * exactly. Callers check a URL of the metadata before they use it (`checkMetadataUrl`), and take no
 * algorithm from it.
 */
export class Discovery {
  readonly #issuer: string;
  readonly #location: DiscoveryOptions['location'];
  readonly #fetch: GuardedFetch;

  constructor({ issuer, location, fetch }: DiscoveryOptions) {
    this.#issuer = issuer;
    this.#location = location;
    this.#fetch = fetch;
  }

  /** Where the metadata comes from; its URLs are checked against it. */
  get origin(): URL {
    const { metadataUrl, issuerUrl } = this.#location as { metadataUrl?: URL; issuerUrl: URL };
    return metadataUrl ?? issuerUrl;
  }

  /**
   * Returns what `read` takes from the metadata. If `read` throws, the metadata is not used.
   *
   * @throws AuthError `unavailable` (reason `discovery`). Its cause is a ProviderError, or a ConfigError if the
   *   metadata names another issuer.
   */
  async discover<T>(read: (metadata: ServerMetadata) => T): Promise<T> {
    try {
      return read(await ('metadataUrl' in this.#location ? this.#ask('oidc') : this.#askBoth()));
    } catch (error) {
      throw new AuthError('unavailable', 'discovery', { cause: error });
    }
  }

  async #askBoth(): Promise<ServerMetadata> {
    let first: ProviderError;
    try {
      return await this.#ask('oidc');
    } catch (error) {
      if (!isNoMetadata(error)) throw error;
      first = error;
    }
    try {
      return await this.#ask('oauth2');
    } catch (error) {
      if (error instanceof ProviderError) throw both(first, error);
      throw error;
    }
  }

  async #ask(algorithm: Algorithm): Promise<ServerMetadata> {
    const { allowInsecureRequests, customFetch, discovery, None } = await loadPackage(
      'openid-client',
      () => import('openid-client'),
    );
    const { metadataUrl } = this.#location as { metadataUrl?: URL };
    const server =
      metadataUrl === undefined ? this.origin : new URL(ANY_METADATA_PATH, metadataUrl);
    let shown = shownUrl(this.origin);
    // openid-client wraps the errors of its fetch.
    let refused: Error | undefined;
    const configuration = await discovery(server, NO_CLIENT, undefined, None(), {
      algorithm,
      execute: server.protocol === 'http:' ? [allowInsecureRequests] : [],
      [customFetch]: async (standardUrl: string, init: CustomFetchOptions) => {
        const url = metadataUrl ?? new URL(standardUrl);
        shown = shownUrl(url);
        try {
          return await this.#get(url, init);
        } catch (error) {
          if (error instanceof Error) refused = error;
          throw error;
        }
      },
    }).catch(() => {
      throw refused ?? new ProviderError('content', `GET ${shown}: its answer is no metadata`);
    });
    return configuration.serverMetadata();
  }

  async #get(url: URL, { headers, signal }: CustomFetchOptions): Promise<Response> {
    const response = await this.#fetch.fetch(url, { headers, signal });
    const asked = `GET ${shownUrl(url)}`;
    if (response.status !== 200) {
      throw new ProviderError('status', `${asked}: answered ${response.status}`, {
        status: response.status,
        retryAfterMs: retryAfterMs(response.headers, Date.now()),
      });
    }
    const { issuer } = await readMembers(response.clone(), asked);
    // openid-client compares URLs, which ignores a trailing slash.
    if (issuer !== this.#issuer) throw this.#otherIssuer(issuer, asked);
    return response;
  }

  #otherIssuer(received: string, asked: string): ConfigError {
    const [expected, shown] = [describeValue(this.#issuer), describeValue(received)];
    const difference = shown === expected ? ' (they differ in what is not shown)' : '';
    const hint = 'write the issuer exactly as the provider does, or correct the URL';
    const message = `${asked}: expected ${expected}, received ${shown}${difference}; ${hint}`;
    return new ConfigError([{ path: 'issuer', message }]);
  }
}

/** @throws ProviderError `content` for what is no metadata. */
async function readMembers(response: Response, asked: string): Promise<{ issuer: string }> {
  const members: unknown = await response.json().catch(() => undefined);
  const { issuer } = (members ?? {}) as { readonly issuer?: unknown };
  if (typeof issuer === 'string') return { issuer };
  throw new ProviderError('content', `${asked}: answered without the metadata of an issuer`);
}

/** There was an answer, so the other path may have the metadata. */
function isNoMetadata(error: unknown): error is ProviderError {
  if (!(error instanceof ProviderError)) return false;
  return ['status', 'content', 'redirect', 'too_large'].includes(error.problem);
}

function both(first: ProviderError, second: ProviderError): ProviderError {
  return new ProviderError(first.problem, `${first.message}; ${second.message}`, {
    ...(first.status === undefined ? undefined : { status: first.status }),
    retryAfterMs: first.retryAfterMs ?? second.retryAfterMs,
  });
}
