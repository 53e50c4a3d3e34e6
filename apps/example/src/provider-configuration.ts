import {
  type ClientMetadata,
  type Configuration,
  errors,
  type ResourceServer,
} from 'oidc-provider';
import { EXCHANGE_GRANT } from './exchange-grant.ts';
import type { LocalFiles } from './local-files.ts';
import { RESOURCES, SCOPES } from './resources.ts';
import { grantFor, SIGN_IN_PATH, writeError, writeSignOut } from './sign-in/sign-in.ts';

/** A page whose users sign in here. */
export interface PageClient {
  /** Where users return to, exactly. */
  readonly redirectUri: string;
  readonly tokenSeconds: number;
}

/** An OpenID provider for services, and for the users of one page. */
export async function providerConfiguration(
  local: LocalFiles,
  page?: PageClient,
): Promise<Configuration> {
  const client = async (id: 'shop' | 'orders', grants: readonly string[]) => ({
    client_id: id,
    client_secret: await local.secret(id),
    grant_types: [...grants],
    redirect_uris: [],
    response_types: [],
  });
  return {
    jwks: { keys: await local.keys() },
    clients: [
      await client('shop', ['client_credentials']),
      await client('orders', [EXCHANGE_GRANT]),
      ...(page === undefined ? [] : [pageClient(page)]),
    ],
    scopes: ['openid', ...SCOPES.split(' ')],
    ttl: {
      ClientCredentials: (_context, token) => token.resourceServer?.accessTokenTTL ?? 300,
      AccessToken: (_context, token) => token.resourceServer?.accessTokenTTL ?? 300,
    },
    cookies: { keys: [await local.secret('login')] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: grantFor,
    interactions: { url: (_context, { uid }) => `${SIGN_IN_PATH}${uid}` },
    // Renewed by the page alone, whose tokens end with it.
    issueRefreshToken: (_context, { clientId }) => clientId === PAGE_CLIENT,
    renderError: writeError,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, name) => resourceServer(name, page),
      },
      rpInitiatedLogout: { enabled: true, logoutSource: writeSignOut },
      // The server introspects all tokens; every client revokes its own.
      introspection: {
        enabled: true,
        allowedPolicy: (_context, { clientId }) => clientId === 'orders',
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, { clientId }, token) => token.clientId === clientId,
      },
    },
  };
}

const PAGE_CLIENT = 'page';

/** It has no secret, because everybody can read a page. PKCE is required of it. */
function pageClient({ redirectUri }: PageClient): ClientMetadata {
  return {
    client_id: PAGE_CLIENT,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [redirectUri],
  };
}

/** By its name, or by the audience of its JWTs. */
export function resourceServer(name: string, page?: PageClient): ResourceServer {
  const resource = Object.values(RESOURCES).find(
    (known) => known.name === name || (known.audience === name && known.format === 'jwt'),
  );
  if (resource === undefined) throw new errors.InvalidTarget();
  const { audience, format } = resource;
  const seconds = resource === RESOURCES.page ? page?.tokenSeconds : undefined;
  const shared = { scope: SCOPES, audience, accessTokenTTL: seconds ?? resource.seconds };
  return format === 'opaque'
    ? { ...shared, accessTokenFormat: 'opaque' }
    : { ...shared, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
}
