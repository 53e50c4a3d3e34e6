import { FileLoader, type KeyDocument, type KeyLoader } from '@grpc-authn/jwks/internal';
import { type GuardedFetch, ProviderError, retryAfterMs, shownUrl } from '@grpc-authn/provider';
import { readBundle, svidKeysOf } from './bundle.ts';

/** Fetches a bundle from its endpoint (SPIFFE_Federation, section 5.2.1: authenticated by Web PKI). */
export function loadFromUrl(url: URL, fetch: GuardedFetch, nowMs: () => number): KeyLoader {
  return {
    async load(): Promise<KeyDocument> {
      const response = await fetch.fetch(url, { headers: { accept: 'application/json' } });
      const { status, headers } = response;
      if (status !== 200) {
        const more = { status, retryAfterMs: retryAfterMs(headers, nowMs()) };
        throw new ProviderError('status', `GET ${shownUrl(url)}: answered ${status}`, more);
      }
      const bundle = readBundle(await response.json().catch(() => undefined));
      if (bundle !== undefined) return bundle;
      const message = `GET ${shownUrl(url)}: the answer is not a SPIFFE bundle`;
      throw new ProviderError('content', message);
    },
    close: () => fetch.close(),
  };
}

/** Reads a bundle from a file, again every few seconds: more often than any hint asks for. */
export function loadFromFile(path: string): KeyLoader {
  const file = new FileLoader(path);
  return {
    async load(): Promise<KeyDocument> {
      const { keys, maxAgeMs } = await file.load();
      return { keys: svidKeysOf(keys), maxAgeMs };
    },
    close: () => file.close(),
  };
}
