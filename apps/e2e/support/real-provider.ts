import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** A provider that other people wrote, with one client. */
export interface RealProvider {
  readonly issuer: string;
  readonly clientId: string;
  /** Not the same when it is percent-encoded. */
  readonly secret: string;
  readonly audience: string;
  /** A good access token, opaque or a JWT. */
  accessToken(format: 'opaque' | 'jwt'): Promise<string>;
  refreshToken(): Promise<string>;
  stop(): Promise<void>;
}

/** oidc-provider, which decodes client_secret_basic and introspects refresh tokens as active. */
export async function startOidcProvider(): Promise<RealProvider> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clientId, secret, audience] = ['orders-service', 'svc-secret', 'urn:orders'];
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        grant_types: ['client_credentials', 'refresh_token', 'authorization_code'],
        redirect_uris: ['https://orders.example.com/callback'],
        response_types: ['code'],
      },
    ],
    scopes: ['orders:read', 'opaque', 'offline_access'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (context) => ({
          scope: 'orders:read opaque',
          audience,
          accessTokenFormat: String(context.oidc.params?.['scope']).includes('opaque')
            ? 'opaque'
            : 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    issuer,
    clientId,
    secret,
    audience,
    async accessToken(format) {
      const scope = format === 'opaque' ? 'orders:read opaque' : 'orders:read';
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${encodeURIComponent(secret)}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource: audience }),
      });
      return ((await response.json()) as { access_token: string }).access_token;
    },
    async refreshToken() {
      const client = await provider.Client.find(clientId);
      if (client === undefined) throw new Error('the provider does not know its client');
      const token = new provider.RefreshToken({
        client,
        accountId: 'alice',
        scope: 'orders:read',
      } as never);
      return token.save();
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
