import {
  AuthError,
  type AuthenticationContext,
  type Clock,
  type Principal,
} from '@grpc-authn/core/authenticator';
import {
  createJwtAuthenticator,
  importKeySet,
  type JwtOptions,
  type KeySet,
} from '../../src/index.ts';
import { createSigningKey, type Part, type SigningKey, signJws } from './signing-key.ts';

export const NOW_SECONDS = 1_800_000_000;
export const ISSUER = 'https://id.example.com';
export const AUDIENCE = 'orders';

/** Stands still: a test that needs another time says so in the token. */
export const clock: Clock = { nowMs: () => NOW_SECONDS * 1000, setTimer: () => () => undefined };

export const context: AuthenticationContext = {
  method: '/orders.v1.Orders/List',
  signal: new AbortController().signal,
};

/** The key of every token that does not name another. */
export const key: SigningKey = createSigningKey('EdDSA', 'main');

export type TestOptions = Partial<JwtOptions> & {
  readonly keys?: KeySet | (() => KeySet | Promise<KeySet>);
};

export function keySetOf(...keys: readonly SigningKey[]): KeySet {
  return importKeySet({ keys: keys.map(({ jwk }) => jwk) });
}

export function createTestAuthenticator(
  options: TestOptions = {},
): ReturnType<typeof createJwtAuthenticator> {
  return createJwtAuthenticator({
    name: 'test',
    keys: keySetOf(key),
    issuer: ISSUER,
    audience: AUDIENCE,
    clock,
    ...options,
  });
}

/** Claims of a good access token, with these changes; undefined takes a claim out. */
export function claims(changes: object = {}): object {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'alice',
    iat: NOW_SECONDS - 60,
    exp: NOW_SECONDS + 300,
    ...changes,
  };
}

export function header(changes: object = {}): object {
  return { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...changes };
}

/** A well signed token with these changes to a good one. */
export function token(claimChanges: object = {}, headerChanges: object = {}): string {
  return signJws(key, header(headerChanges), claims(claimChanges));
}

/** A well signed token of a good header and this payload, written as given. */
export function tokenOfPayload(payload: Part): string {
  return signJws(key, header(), payload);
}

/** A well signed token of this header, written as given, and good claims. */
export function tokenOfHeader(raw: Part): string {
  return signJws(key, raw, claims());
}

/** A good payload as JSON text, followed by these members, written as given. */
export function payloadText(members: string): string {
  return `${JSON.stringify(claims()).slice(0, -1)},${members}}`;
}

export async function verdictOf(
  jwt: string,
  options: TestOptions = {},
): Promise<Principal | AuthError> {
  return createTestAuthenticator(options).authenticate({ scheme: 'bearer', token: jwt }, context);
}

/** 'accepted', or 'code/reason'. */
export async function decide(jwt: string, options: TestOptions = {}): Promise<string> {
  const verdict = await verdictOf(jwt, options);
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : 'accepted';
}

export async function principalOf(jwt: string, options: TestOptions = {}): Promise<Principal> {
  const verdict = await verdictOf(jwt, options);
  if (AuthError.is(verdict)) throw new Error(`refused: ${verdict.code}/${verdict.reason}`);
  return verdict;
}
