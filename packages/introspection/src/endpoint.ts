import { AsyncResource } from 'node:async_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import {
  checkMetadataUrl,
  Discovery,
  type GuardedFetch,
  ProviderError,
  shownUrl,
} from '@grpc-authn/provider';
import type { ServerMetadata } from 'openid-client';
import type { IntrospectionSettings } from './introspection-options.ts';

/** Where to ask, and whose keys sign the answers. */
export interface Endpoint {
  readonly url: URL;
  readonly jwksUri: URL | undefined;
  /** Given where its metadata named the URLs. */
  readonly discoveredFrom: URL | undefined;
}

const REFRESH_MS = 3_600_000;
const RETRY_MS = 2000;

/** Knows the endpoint: as it was written, or as the issuer's metadata says, asked anew each hour. */
export class EndpointSource {
  readonly #settings: IntrospectionSettings;
  readonly #discovery: Discovery | undefined;
  readonly #issuer: URL | undefined;
  /** What all wait for runs in no caller's async context. */
  readonly #scope = new AsyncResource('grpc-authn.EndpointSource');
  #current: Endpoint | undefined;
  #refreshAtMs = Number.POSITIVE_INFINITY;
  #failedUntilMs = 0;
  #discovering: Promise<Endpoint> | undefined;

  constructor(settings: IntrospectionSettings, fetch: GuardedFetch) {
    this.#settings = settings;
    const { issuer, issuerUrl, endpoint } = settings;
    this.#issuer = issuerUrl;
    if (endpoint !== undefined) {
      this.#current = { url: endpoint, jwksUri: undefined, discoveredFrom: undefined };
    } else if (issuer !== undefined && issuerUrl !== undefined) {
      this.#discovery = new Discovery(issuer, issuerUrl, fetch);
    }
  }

  /** @throws AuthError `unavailable` where the metadata cannot be had. */
  async get(): Promise<Endpoint> {
    const nowMs = this.#settings.clock.nowMs();
    const current = this.#current;
    if (current !== undefined) {
      if (nowMs >= this.#refreshAtMs && nowMs >= this.#failedUntilMs) {
        // In the background: the endpoint that is known serves on.
        this.#discover().catch(() => undefined);
      }
      return current;
    }
    const waitMs = this.#failedUntilMs - nowMs;
    if (waitMs > 0) throw new AuthError('unavailable', 'discovery', { retryAfterMs: waitMs });
    return this.#discover();
  }

  #discover(): Promise<Endpoint> {
    this.#discovering ??= this.#scope.runInAsyncScope(() =>
      this.#run().finally(() => {
        this.#discovering = undefined;
      }),
    );
    return this.#discovering;
  }

  async #run(): Promise<Endpoint> {
    const { clock } = this.#settings;
    try {
      const found = await this.#discovery?.discover((metadata) => this.#read(metadata));
      if (found === undefined)
        throw new TypeError('an endpoint that was written is not discovered');
      this.#current = found;
      this.#refreshAtMs = clock.nowMs() + REFRESH_MS;
      return found;
    } catch (error) {
      this.#failedUntilMs = clock.nowMs() + RETRY_MS;
      throw AuthError.is(error)
        ? new AuthError('unavailable', 'discovery', { retryAfterMs: RETRY_MS, cause: error.cause })
        : error;
    }
  }

  #read(metadata: ServerMetadata): Endpoint {
    const issuer = this.#issuer;
    if (issuer === undefined) throw new TypeError('no issuer to discover from');
    const { credentials, signed } = this.#settings;
    const mutualTls = credentials.certificate !== undefined;
    const aliases = (mutualTls && metadata.mtls_endpoint_aliases) || {};
    const named = aliases.introspection_endpoint ?? metadata.introspection_endpoint;
    const url = checkMetadataUrl('introspection_endpoint', named, issuer);
    // A certificate gives nothing away; a secret goes to the origin that it was configured for.
    if (!mutualTls && url.origin !== issuer.origin) {
      throw new ProviderError(
        'address',
        `${shownUrl(issuer)}: its introspection_endpoint ${shownUrl(url)} is of another origin, to ` +
          'which our credentials are not sent; where it is right, name it as the option endpoint',
      );
    }
    const jwksUri = signed ? checkMetadataUrl('jwks_uri', metadata.jwks_uri, issuer) : undefined;
    return { url, jwksUri, discoveredFrom: issuer };
  }
}
