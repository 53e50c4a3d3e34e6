import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  Configuration,
  tokenIntrospection,
} from 'openid-client';
import { Pool } from 'undici';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import { asVerifier } from './ours.ts';
import type { Verifier } from './contender.ts';

export const BARE_UNDICI = 'undici, bare';

const CLIENT_ID = 'orders';
const SECRET = 'a-secret-that-only-the-bench-has';

export interface Introspecting {
  readonly name: string;
  readonly verifier: Verifier;
  close(): Promise<void>;
}

/** Clients that introspect tokens, each with connections that are kept open. */
export function introspectingContenders(origin: string): readonly Introspecting[] {
  const endpoint = `${origin}/introspect`;
  return [
    bareUndici(origin),
    openidClient(endpoint),
    ours('grpc-authn, no cache', endpoint, false),
    ours('grpc-authn, cached', endpoint, {}),
  ];
}

function bareUndici(origin: string): Introspecting {
  const pool = new Pool(origin);
  const headers = {
    authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${SECRET}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  };
  return {
    name: BARE_UNDICI,
    verifier: {
      async check(token) {
        const request = { path: '/introspect', method: 'POST', headers } as const;
        const { body } = await pool.request({ ...request, body: `token=${token}` });
        const answer = (await body.json()) as { active?: unknown };
        return answer.active === true ? answer : new Error('inactive');
      },
    },
    close: () => pool.destroy(),
  };
}

/** With its built-in fetch. */
function openidClient(endpoint: string): Introspecting {
  const server = { issuer: ISSUER, introspection_endpoint: endpoint };
  const authentication = ClientSecretBasic(SECRET);
  const configuration = new Configuration(server, CLIENT_ID, undefined, authentication);
  allowInsecureRequests(configuration);
  return {
    name: 'openid-client',
    verifier: {
      async check(token) {
        const answer = await tokenIntrospection(configuration, token);
        return answer.active ? answer : new Error('inactive');
      },
    },
    close: () => Promise.resolve(),
  };
}

function ours(name: string, endpoint: string, cache: false | object): Introspecting {
  const authenticator = createIntrospectionAuthenticator({
    endpoint,
    clientId: CLIENT_ID,
    clientAuthentication: { method: 'client_secret_basic', secret: SECRET },
    audience: AUDIENCE,
    cache,
  });
  return { name, verifier: asVerifier(authenticator), close: () => authenticator.close() };
}
