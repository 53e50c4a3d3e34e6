import {
  type GuardedFetch,
  loadPackage,
  maxAgeMsOf,
  ProviderError,
  retryAfterMs,
  shownUrl,
} from '@grpc-authn/provider';
import { type KeyDocument, type KeyLoader, keysOf } from './key-loader.ts';

/** Fetches a key set with jwks-rsa, over the guarded fetch. */
export class UrlLoader {
  readonly #fetch: GuardedFetch;
  readonly #nowMs: () => number;

  constructor(fetch: GuardedFetch, nowMs: () => number) {
    this.#fetch = fetch;
    this.#nowMs = nowMs;
  }

  /** A loader for one URL. For a discovered URL, call `loadFrom`. */
  static at(url: URL, fetch: GuardedFetch, nowMs: () => number): KeyLoader {
    const loader = new UrlLoader(fetch, nowMs);
    return { load: () => loader.loadFrom(url), close: () => fetch.close() };
  }

  /** `issuer`: its metadata named the URL. */
  async loadFrom(url: URL, issuer?: URL): Promise<KeyDocument> {
    const { default: jwksRsa } = await loadPackage('jwks-rsa', () => import('jwks-rsa'));
    let maxAgeMs: number | undefined;
    const client = jwksRsa({
      jwksUri: url.href,
      // RefreshedValue does both.
      cache: false,
      rateLimit: false,
      fetcher: async () => {
        const response = await this.#get(url, issuer);
        maxAgeMs = maxAgeMsOf(response.headers);
        return { keys: await readKeys(response, url) };
      },
    });
    return { keys: keysOf({ keys: await client.getKeys() }) ?? [], maxAgeMs };
  }

  async #get(url: URL, issuer: URL | undefined): Promise<Response> {
    const headers = { accept: 'application/jwk-set+json, application/json' };
    const response = await this.#fetch.fetch(url, { headers }, issuer);
    if (response.status === 200) return response;
    throw new ProviderError('status', `GET ${shownUrl(url)}: answered ${response.status}`, {
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers, this.#nowMs()),
    });
  }
}

async function readKeys(response: Response, url: URL): Promise<readonly unknown[]> {
  const document: unknown = await response.json().catch(() => undefined);
  const keys = keysOf(document);
  if (keys === undefined) {
    throw new ProviderError('content', `GET ${shownUrl(url)}: the answer is not a JWK Set`);
  }
  return keys;
}
