import { AuthError } from '@grpc-authn/core/authenticator';
import type { GuardedFetch } from '../fetch/guarded-fetch.ts';
import { retryAfterMs } from '../fetch/retry-after.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';
import {
  allowInsecureRequests,
  customFetch,
  type CustomFetchOptions,
  discovery,
  None,
  type ServerMetadata,
} from 'openid-client';

/** openid-client wants one; discovery never sends it. */
const NO_CLIENT = 'grpc-authn';

type Algorithm = 'oidc' | 'oauth2';

/**
 * Finds a provider's metadata by OpenID Connect Discovery 1.0, and by RFC 8414 where the first path
 * answers 404. The metadata's `issuer` must be the configured text to the letter. Whoever uses a URL
 * of it checks that first (`checkMetadataUrl`), and nobody takes an algorithm from it.
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
   * The metadata, of which `read` takes what is wanted: what it throws makes the metadata unusable.
   *
   * @throws AuthError `unavailable` (reason `discovery`), whose cause says what is wrong.
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
    // openid-client wraps what its fetch throws.
    let refused: ProviderError | undefined;
    const shown = shownUrl(this.#url);
    try {
      const configuration = await discovery(this.#url, NO_CLIENT, undefined, None(), {
        algorithm,
        execute: this.#url.protocol === 'http:' ? [allowInsecureRequests] : [],
        [customFetch]: async (url, init) => {
          try {
            return await this.#get(new URL(url), init);
          } catch (error) {
            if (error instanceof ProviderError) refused = error;
            throw error;
          }
        },
      });
      const metadata = configuration.serverMetadata();
      // openid-client compares URLs, to which a slash more or less is the same.
      if (metadata.issuer === this.#issuer) return metadata;
    } catch {
      throw (
        refused ?? new ProviderError('content', `${shown}: answered with no metadata of its own`)
      );
    }
    throw new ProviderError('content', `${shown}: its metadata is of another issuer`);
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
