import {
  AuthError,
  type AuthenticationContext,
  type Authenticator,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { byIssuer, createJwtAuthenticator, type KeySet } from '../../src/index.ts';
import { createSigningKey, type SigningKey, signJws } from './signing-key.ts';
import { AUDIENCE, claims, clock, context, keySetOf } from './test-authenticator.ts';

/** An issuer with its own key, under the kid of the other tenants, and its authenticator. */
export interface Tenant {
  readonly issuer: string;
  readonly key: SigningKey;
  readonly authenticator: ManagedAuthenticator;
  /** How often its keys were read. */
  readonly fetches: number;
  /** A good token of this tenant, with these changes to its claims. */
  token(changes?: object): string;
}

export function createTenant(name: string, issuer = `https://${name}.example`): Tenant {
  const key = createSigningKey('EdDSA', 'main');
  let fetches = 0;
  const keys = async (): Promise<KeySet> => {
    fetches += 1;
    return keySetOf(key);
  };
  return {
    issuer,
    key,
    authenticator: createJwtAuthenticator({ name, keys, issuer, audience: AUDIENCE, clock }),
    get fetches() {
      return fetches;
    },
    token: (changes) =>
      signJws(key, { alg: 'EdDSA', kid: 'main' }, claims({ iss: issuer, ...changes })),
  };
}

export function routesTo(tenants: readonly Tenant[], opaque?: Authenticator): ManagedAuthenticator {
  const routes = Object.fromEntries(
    tenants.map(({ issuer, authenticator }) => [issuer, authenticator]),
  );
  return byIssuer(routes, opaque === undefined ? {} : { opaque });
}

/** The name of the authenticator, or 'code/reason', with ', expired' if tokenExpired is set. */
export async function decided(
  authenticator: Authenticator,
  token: string,
  { scheme = 'bearer', within = context }: { scheme?: string; within?: AuthenticationContext } = {},
): Promise<string> {
  const verdict: Verdict = await authenticator.authenticate({ scheme, token }, within);
  if (!AuthError.is(verdict)) return verdict.authenticator;
  return `${verdict.code}/${verdict.reason}${verdict.tokenExpired ? ', expired' : ''}`;
}
