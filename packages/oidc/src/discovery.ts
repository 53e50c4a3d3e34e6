import { AuthError } from '@grpc-authn/core/authenticator';
import { checkMetadataUrl, type GuardedFetch, ProviderError, shownUrl } from '@grpc-authn/http';
import { allowInsecureRequests, customFetch, discovery, None } from 'openid-client';

/** openid-client wants one; discovery never sends it. */
const NO_CLIENT = 'grpc-authn';

type Algorithm = 'oidc' | 'oauth2';

/**
 * Finds a provider's `jwks_uri` by OpenID Connect Discovery 1.0, and by RFC 8414 where the first path
 * answers 404. The metadata's `issuer` must be the configured text to the letter; nothing else of the
 * metadata is used, so no provider can say which algorithms are accepted.
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

  /** @throws AuthError `unavailable` (reason `discovery`), whose cause says what is wrong. */
  async jwksUri(): Promise<URL> {
    try {
      return await this.#discover('oidc').catch((error: unknown) => {
        if (error instanceof ProviderError && error.status === 404) return this.#discover('oauth2');
        throw error;
      });
    } catch (error) {
      throw new AuthError('unavailable', 'discovery', { cause: error });
    }
  }

  async #discover(algorithm: Algorithm): Promise<URL> {
    let refused: ProviderError | undefined;
    const shown = shownUrl(this.#url);
    try {
      const configuration = await discovery(this.#url, NO_CLIENT, undefined, None(), {
        algorithm,
        execute: this.#url.protocol === 'http:' ? [allowInsecureRequests] : [],
        [customFetch]: async (url, init) => {
          try {
            return await this.#get(new URL(url), init as RequestInit);
          } catch (error) {
            if (error instanceof ProviderError) refused = error;
            throw error;
          }
        },
      });
      const { issuer, jwks_uri: jwksUri } = configuration.serverMetadata();
      // openid-client compares URLs, to which a slash more or less is the same.
      if (issuer !== this.#issuer) {
        throw new ProviderError('content', `${shown}: its metadata is of another issuer`);
      }
      return checkMetadataUrl('jwks_uri', jwksUri, this.#url);
    } catch (error) {
      if (refused !== undefined) throw refused;
      if (error instanceof ProviderError) throw error;
      throw new ProviderError('content', `${shown}: its answer is not this issuer's metadata`);
    }
  }

  async #get(url: URL, init: RequestInit): Promise<Response> {
    const response = await this.#fetch.fetch(url, init);
    if (response.status === 200) return response;
    const { status } = response;
    throw new ProviderError('status', `GET ${shownUrl(url)}: answered ${status}`, { status });
  }
}
