import { AuthError } from '@grpc-authn/core/authenticator';
import type { GuardedFetch } from '../fetch/guarded-fetch.ts';
import { retryAfterMs } from '../fetch/retry-after.ts';
import { loadPackage } from '../load-package.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';
import type { CustomFetchOptions, ServerMetadata } from 'openid-client';

/** openid-client needs a client id; discovery does not send it. */
const NO_CLIENT = 'grpc-authn';

type Algorithm = 'oidc' | 'oauth2';

/**
 * Fetches a provider's metadata by OpenID Connect Discovery 1.0, or by RFC 8414 if the first path answers
 * 404. The metadata's `issuer` must equal the configured one exactly. Callers check a URL of the metadata
 * before they use it (`checkMetadataUrl`), and take no algorithm from it.
 */
export class Discovery {
  readonly #issuer: string;
  readonly #url: URL;
  readonly #fetch: GuardedFetch;

  constructor(issuer: string, url: URL, fetch: GuardedFetch) {
    this.#issuer = issuer;
    this.#url = url;
    this.#fetch = fetch;
  }

  /**
   * Returns what `read` takes from the metadata. If `read` throws, the metadata is not used.
   *
   * @throws AuthError `unavailable` (reason `discovery`) with a ProviderError as its cause.
   */
  async discover<T>(read: (metadata: ServerMetadata) => T): Promise<T> {
    try {
      return read(
        await this.#ask('oidc').catch((error: unknown) => {
          if (error instanceof ProviderError && error.status === 404) return this.#ask('oauth2');
          throw error;
        }),
      );
    } catch (error) {
      throw new AuthError('unavailable', 'discovery', { cause: error });
    }
  }

  async #ask(algorithm: Algorithm): Promise<ServerMetadata> {
    const { allowInsecureRequests, customFetch, discovery, None } = await loadPackage(
      'openid-client',
      () => import('openid-client'),
    );
    // openid-client wraps the errors of its fetch.
    let refused: ProviderError | undefined;
    const shown = shownUrl(this.#url);
    try {
      const configuration = await discovery(this.#url, NO_CLIENT, undefined, None(), {
        algorithm,
        execute: this.#url.protocol === 'http:' ? [allowInsecureRequests] : [],
        [customFetch]: async (url: string, init: CustomFetchOptions) => {
          try {
            return await this.#get(new URL(url), init);
          } catch (error) {
            if (error instanceof ProviderError) refused = error;
            throw error;
          }
        },
      });
      const metadata = configuration.serverMetadata();
      // openid-client compares URLs, which ignores a trailing slash.
      if (metadata.issuer === this.#issuer) return metadata;
    } catch {
      throw (
        refused ??
        new ProviderError('content', `${shown}: its answer is not this issuer's metadata`)
      );
    }
    throw new ProviderError('content', `${shown}: its metadata names another issuer`);
  }

  async #get(url: URL, { headers, signal }: CustomFetchOptions): Promise<Response> {
    const response = await this.#fetch.fetch(url, { headers, signal });
    if (response.status === 200) return response;
    throw new ProviderError('status', `GET ${shownUrl(url)}: answered ${response.status}`, {
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers, Date.now()),
    });
  }
}
