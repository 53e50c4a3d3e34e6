import { DEFAULT_ALGORITHMS } from '@grpc-authn/jwt/internal';
import { type GuardedFetch, ProviderError, shownUrl } from '@grpc-authn/provider';
import type * as oauth4webapi from 'oauth4webapi';
import type { AuthorizationServer, Client, ClientAuth, CustomFetchOptions } from 'oauth4webapi';
import type { Endpoint } from './endpoint.ts';
import type { IntrospectionSettings } from './introspection-options.ts';

export type OAuth = typeof oauth4webapi;

/** An endpoint as oauth4webapi needs it. The keys of signed answers are cached by the server object. */
export interface RequestTarget {
  readonly endpoint: Endpoint;
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly authentication: Promise<ClientAuth>;
  /** One function for all requests, so that they share one fetch of the keys. */
  readonly fetchKeys: (url: string, init: CustomFetchOptions<'GET'>) => Promise<Response>;
}

export function createRequestTarget(
  endpoint: Endpoint,
  settings: IntrospectionSettings,
  fetch: GuardedFetch,
  oauth: OAuth,
): RequestTarget {
  const { url, jwksUri, discoveredFrom } = endpoint;
  const { clientId, credentials, clock } = settings;
  return {
    endpoint,
    server: {
      issuer: settings.issuer ?? url.origin,
      introspection_endpoint: url.href,
      ...(jwksUri === undefined ? undefined : { jwks_uri: jwksUri.href }),
      // Ours: the provider's metadata does not choose the algorithms of its answers.
      introspection_signing_alg_values_supported: [...DEFAULT_ALGORITHMS, 'Ed25519'],
    },
    client: { client_id: clientId },
    authentication: credentials.authentication(oauth, { endpoint: url, clock }),
    fetchKeys: async (keysUrl, { method, headers }) => {
      const keys = new URL(keysUrl);
      const response = await fetch.fetch(keys, { method, headers }, discoveredFrom);
      const { status } = response;
      if (status === 200) return response;
      throw new ProviderError('status', `GET ${shownUrl(keys)}: answered ${status}`, { status });
    },
  };
}

/** The provider's answer may not be used. */
export function unusableAnswer({ url }: Endpoint, why: string): ProviderError {
  return new ProviderError('content', `POST ${shownUrl(url)}: ${why}`);
}
