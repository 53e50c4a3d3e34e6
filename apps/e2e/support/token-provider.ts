// oidc-provider over TLS: every way to authenticate a client, rotated refresh tokens, and a token exchange.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientAuthentication } from '@grpc-authn/client/node';
import { exportJWK } from 'jose';
import { type ClientMetadata, Provider, type ResourceServer } from 'oidc-provider';
import { certificateJwk, createCertificates, type Pem } from './client-certificates.ts';
import { EXCHANGE, registerExchange } from './exchange-grant.ts';

/** HS256 needs 32 bytes. It is not the same when it is percent-encoded. */
const SECRET = 'svc-secret of/32+ characters at least';
const METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;
type Method = (typeof METHODS)[number];

export interface TokenProvider {
  readonly issuer: string;
  /** Trusted in place of the system's authorities. */
  readonly ca: string;
  /** By the method's name at the provider, which is also the client's id. */
  readonly clients: Readonly<Record<Method, ClientAuthentication>>;
  /** For the client that may refresh and exchange, on behalf of alice. */
  createRefreshToken(audience: string): Promise<string>;
  stop(): Promise<void>;
}

/** Of all clients, this one may refresh and exchange. */
export const FULL_CLIENT = 'client_secret_basic';
/** Tokens of this audience may be exchanged. */
export const ORDERS = 'urn:orders';

export async function startTokenProvider(): Promise<TokenProvider> {
  const { authority, server: pem, client, selfSigned } = await createCertificates('tls-client');
  const server = createServer({
    cert: pem.cert,
    key: pem.private,
    ca: authority.cert,
    requestCert: true,
    // The provider compares a self-signed certificate with the registered one.
    rejectUnauthorized: false,
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const provider = await createProvider(issuer, await clientsOf(publicKey, selfSigned.cert));
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    issuer,
    ca: authority.cert,
    clients: {
      client_secret_basic: { method: 'client_secret_basic', secret: SECRET },
      client_secret_post: { method: 'client_secret_post', secret: SECRET },
      client_secret_jwt: { method: 'client_secret_jwt', secret: SECRET },
      private_key_jwt: { method: 'private_key_jwt', key: privateKey, kid: 'c1' },
      tls_client_auth: byCertificate(client),
      self_signed_tls_client_auth: byCertificate(selfSigned),
    },
    createRefreshToken: (audience) => createRefreshToken(provider, audience),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function byCertificate({ cert, private: key }: Pem): ClientAuthentication {
  return { method: 'tls_client_auth', cert, key };
}

async function clientsOf(key: KeyObject, certificate: string): Promise<ClientMetadata[]> {
  const secret = { client_secret: SECRET };
  const more: Readonly<Record<Method, object>> = {
    client_secret_basic: {
      ...secret,
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token', EXCHANGE],
      redirect_uris: ['https://orders.example.com/callback'],
      response_types: ['code'],
    },
    client_secret_post: secret,
    client_secret_jwt: secret,
    private_key_jwt: { jwks: { keys: [{ ...(await exportJWK(key)), kid: 'c1' }] } },
    tls_client_auth: { tls_client_auth_subject_dn: 'CN=tls-client' },
    self_signed_tls_client_auth: { jwks: { keys: [await certificateJwk(certificate)] } },
  };
  return METHODS.map((method) => ({
    client_id: method,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...more[method],
  }));
}

function resourceServer(audience: string): ResourceServer {
  const jwt = { sign: { alg: 'ES256' } } as const;
  return { scope: 'orders:read', audience, accessTokenFormat: 'jwt', jwt };
}

async function createProvider(issuer: string, clients: ClientMetadata[]): Promise<Provider> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = { kid: 's1', alg: 'ES256', use: 'sig' };
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), ...names }] },
    clients,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: [...METHODS],
    scopes: ['orders:read', 'offline_access'],
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => resourceServer(audience),
      },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        certificateAuthorized: ({ socket }) => (socket as TLSSocket).authorized,
        certificateSubjectMatches: ({ socket }, property, expected) =>
          property === 'tls_client_auth_subject_dn' &&
          (socket as TLSSocket).getPeerX509Certificate()?.subject === expected,
        getCertificate: ({ socket }) => (socket as TLSSocket).getPeerX509Certificate()?.toString(),
      },
    },
  });
  const key = { ...(await exportJWK(publicKey)), ...names };
  registerExchange(provider, { key, subjectAudience: ORDERS, resourceServer });
  return provider;
}

/** As after a sign-in. */
async function createRefreshToken(provider: Provider, audience: string): Promise<string> {
  const client = await provider.Client.find(FULL_CLIENT);
  if (client === undefined) throw new Error('the provider does not know its client');
  const accountId = 'alice';
  const grant = new provider.Grant({ accountId, clientId: FULL_CLIENT });
  grant.addResourceScope(audience, 'orders:read');
  const token = new provider.RefreshToken({
    client,
    accountId,
    grantId: await grant.save(),
    gty: 'authorization_code',
    resource: audience,
    scope: 'orders:read',
  });
  return token.save();
}
