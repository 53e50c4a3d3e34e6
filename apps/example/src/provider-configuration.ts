import { type Configuration, errors, type ResourceServer } from 'oidc-provider';
import { EXCHANGE_GRANT } from './exchange-grant.ts';
import type { LocalFiles } from './local-files.ts';
import { RESOURCES, SCOPES } from './resources.ts';

/** An OpenID provider for services only: there is no user login. */
export async function providerConfiguration(local: LocalFiles): Promise<Configuration> {
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
    ],
    scopes: SCOPES.split(' '),
    ttl: { ClientCredentials: (_context, token) => token.resourceServer?.accessTokenTTL ?? 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, name) => resourceServer(name),
      },
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

/** By its name, or by the audience of its JWTs. */
export function resourceServer(name: string): ResourceServer {
  const resource = Object.values(RESOURCES).find(
    (known) => known.name === name || (known.audience === name && known.format === 'jwt'),
  );
  if (resource === undefined) throw new errors.InvalidTarget();
  const { audience, format, seconds } = resource;
  const shared = { scope: SCOPES, audience, accessTokenTTL: seconds };
  return format === 'opaque'
    ? { ...shared, accessTokenFormat: 'opaque' }
    : { ...shared, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
}
