import { AuthError, type Clock } from '@grpc-authn/core/authenticator';
import type { Discovery } from '@grpc-authn/discovery';
import { checkMetadataUrl, type GuardedFetch } from '@grpc-authn/http';
import { type KeyDocument, type KeyLoader, UrlLoader } from '@grpc-authn/jwks/key-source';

/** A flood of unknown `kid`s asks for the metadata no more often than this. */
const LOOK_UP_AGE_MS = 60_000;

/**
 * Loads keys from where the metadata says. Each scheduled refresh asks for the metadata first, so that
 * a changed `jwks_uri` is followed; while the metadata cannot be had, the last `jwks_uri` is used.
 */
export class DiscoveredKeysLoader implements KeyLoader {
  readonly #issuer: URL;
  readonly #discovery: Discovery;
  readonly #fetch: GuardedFetch;
  readonly #clock: Clock;
  readonly #keys: UrlLoader;
  #jwksUri: URL | undefined;
  #discoveredMs = Number.NEGATIVE_INFINITY;

  constructor(issuer: URL, discovery: Discovery, fetch: GuardedFetch, clock: Clock) {
    this.#issuer = issuer;
    this.#discovery = discovery;
    this.#fetch = fetch;
    this.#clock = clock;
    this.#keys = new UrlLoader(fetch, () => clock.nowMs());
  }

  async load(why: 'refresh' | 'lookUp'): Promise<KeyDocument> {
    return this.#keys.loadFrom(await this.#locate(why), this.#issuer);
  }

  async #locate(why: 'refresh' | 'lookUp'): Promise<URL> {
    const ageMs = this.#clock.nowMs() - this.#discoveredMs;
    const known = this.#jwksUri;
    if (known !== undefined && why === 'lookUp' && ageMs < LOOK_UP_AGE_MS) return known;
    try {
      this.#jwksUri = await this.#discovery.discover((metadata) =>
        checkMetadataUrl('jwks_uri', metadata.jwks_uri, this.#issuer),
      );
      this.#discoveredMs = this.#clock.nowMs();
      return this.#jwksUri;
    } catch (error) {
      if (known === undefined || !AuthError.is(error)) throw error;
      return known;
    }
  }

  close(): Promise<void> {
    return this.#fetch.close();
  }
}
