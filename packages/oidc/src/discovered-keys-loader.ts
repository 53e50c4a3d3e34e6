import { AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { checkMetadataUrl, type Discovery, type GuardedFetch } from '@grpc-authn/provider';
import { type KeyDocument, type KeyLoader, UrlLoader } from '@grpc-authn/jwks/key-source';

/** A flood of unknown `kid`s asks for the metadata no more often than this. */
const LOOK_UP_AGE_MS = 60_000;
/** A new key is accepted within two seconds, also while the metadata does not come. */
const LOOK_UP_WAIT_MS = 1000;

export interface DiscoveredKeysOptions {
  readonly issuer: URL;
  readonly discovery: Discovery;
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  /** How long the last `jwks_uri` serves while the metadata cannot be had. */
  readonly staleIfErrorMs: number;
  /** Told when it does. */
  readonly onStaleMetadata: (error: unknown) => void;
}

/**
 * Loads keys from where the metadata says. Each scheduled refresh asks for the metadata first, so that
 * a changed `jwks_uri` is followed; while the metadata cannot be had, the last `jwks_uri` is used for a
 * while. A look-up asks for it too, but waits for it a second at most: calls are waiting.
 */
export class DiscoveredKeysLoader implements KeyLoader {
  readonly #options: DiscoveredKeysOptions;
  readonly #keys: UrlLoader;
  #jwksUri: URL | undefined;
  #discoveredMs = 0;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: DiscoveredKeysOptions) {
    this.#options = options;
    this.#keys = new UrlLoader(options.fetch, () => options.clock.nowMs());
  }

  async load(why: 'refresh' | 'lookUp'): Promise<KeyDocument> {
    return this.#keys.loadFrom(await this.#locate(why), this.#options.issuer);
  }

  #locate(why: 'refresh' | 'lookUp'): URL | Promise<URL> {
    const known = this.#jwksUri;
    if (known === undefined || why === 'refresh') return this.#discover();
    const { clock } = this.#options;
    if (clock.nowMs() - this.#askedMs < LOOK_UP_AGE_MS) return known;
    const discovered = this.#discover().catch(() => known);
    return new Promise((resolve) => {
      const cancel = clock.setTimer(LOOK_UP_WAIT_MS, () => resolve(known));
      void discovered.then((url) => {
        cancel();
        resolve(url);
      });
    });
  }

  async #discover(): Promise<URL> {
    const { clock, discovery, issuer, staleIfErrorMs, onStaleMetadata } = this.#options;
    this.#askedMs = clock.nowMs();
    try {
      this.#jwksUri = await discovery.discover((metadata) =>
        checkMetadataUrl('jwks_uri', metadata.jwks_uri, issuer),
      );
      this.#discoveredMs = clock.nowMs();
      return this.#jwksUri;
    } catch (error) {
      const known = this.#jwksUri;
      const staleMs = clock.nowMs() - this.#discoveredMs;
      if (known === undefined || staleMs > staleIfErrorMs || !AuthError.is(error)) throw error;
      onStaleMetadata(error.cause);
      return known;
    }
  }

  close(): Promise<void> {
    return this.#options.fetch.close();
  }
}
