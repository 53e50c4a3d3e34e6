import { AuthError, type Clock } from '@grpc-authn/core/authenticator';
import { type KeyDocument, type KeyLoader, UrlLoader } from '@grpc-authn/jwks/internal';
import {
  checkMetadataUrl,
  type Discovery,
  type GuardedFetch,
  RefreshedValue,
  type RefreshReason,
} from '@grpc-authn/provider';

/** Metadata is current for a minute: a flood of unknown `kid`s does not fetch it more often. */
const MAX_AGE_MS = 60_000;
/** A look-up does not wait longer for the metadata: a new key must be accepted within two seconds. */
const LOOK_UP_WAIT_MS = 1000;

export interface DiscoveredKeysOptions {
  readonly discovery: Discovery;
  /** Configured by the operator, in place of the metadata's. */
  readonly jwksUri: URL | undefined;
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  /** Milliseconds for which an outdated `jwks_uri` is used while the metadata cannot be fetched. */
  readonly staleIfErrorMs: number;
  /** Called when the outdated `jwks_uri` is used. */
  readonly onStaleMetadata: (error: unknown) => void;
}

/**
 * Loads keys from the `jwks_uri` of the metadata. Each scheduled refresh fetches the metadata first, so
 * that a changed `jwks_uri` takes effect. While that fails, the last `jwks_uri` is used.
 */
export class DiscoveredKeysLoader implements KeyLoader {
  readonly #options: DiscoveredKeysOptions;
  readonly #keys: UrlLoader;
  readonly #jwksUri: RefreshedValue<URL>;

  constructor(options: DiscoveredKeysOptions) {
    const { clock, discovery, fetch, jwksUri, staleIfErrorMs, onStaleMetadata } = options;
    this.#options = options;
    this.#keys = new UrlLoader(fetch, () => clock.nowMs());
    this.#jwksUri = new RefreshedValue({
      clock,
      reason: 'discovery',
      staleIfErrorMs,
      load: async () => ({
        value: await discovery.discover(
          ({ jwks_uri }) => jwksUri ?? checkMetadataUrl('jwks_uri', jwks_uri, discovery.origin),
        ),
        maxAgeMs: MAX_AGE_MS,
      }),
      onFailed: ({ error }) => {
        if (this.#jwksUri.peek() !== undefined) onStaleMetadata(error);
      },
    });
  }

  async load(why: RefreshReason): Promise<KeyDocument> {
    const url = await (why === 'lookUp' ? this.#locateForLookUp() : this.#locate());
    const { discovery, jwksUri } = this.#options;
    return this.#keys.loadFrom(url, jwksUri === undefined ? discovery.origin : undefined);
  }

  async #locate(): Promise<URL> {
    const answer = await this.#jwksUri.refresh();
    if (!AuthError.is(answer)) return answer;
    const last = this.#jwksUri.peek();
    if (last === undefined) throw answer;
    return last;
  }

  /** Calls are waiting, so a slow or failing metadata endpoint must not delay the look-up. */
  #locateForLookUp(): URL | Promise<URL> {
    const last = this.#jwksUri.peek();
    if (last === undefined) return this.#locate();
    if (this.#jwksUri.ageMs < MAX_AGE_MS || this.#jwksUri.paused) return last;
    const { clock } = this.#options;
    const refreshed = this.#jwksUri.refresh();
    return new Promise((resolve) => {
      const cancel = clock.setTimer(LOOK_UP_WAIT_MS, () => resolve(last));
      void refreshed.then((answer) => {
        cancel();
        resolve(AuthError.is(answer) ? last : answer);
      });
    });
  }

  async close(): Promise<void> {
    const closed = this.#jwksUri.close();
    await this.#options.fetch.close();
    await closed;
  }
}
