import {
  AuthError,
  type AuthenticationContext,
  type Clock,
  type Principal,
} from '@grpc-authn/core/authenticator';
import { createFakeClock } from '@grpc-authn/testing';
import {
  createJwtAuthenticator,
  importKeySet,
  type JwtOptions,
  type KeySet,
} from '../../src/index.ts';
import { assertAgrees } from './explained.ts';
import { createSigningKey, type Part, type SigningKey, signJws } from './signing-key.ts';

export const NOW_SECONDS = 1_800_000_000;
export const ISSUER = 'https://id.example.com';
export const AUDIENCE = 'orders';

/** Never advances: a test of another time changes the times in the token. */
export const clock: Clock = createFakeClock(NOW_SECONDS * 1000);

export const context: AuthenticationContext = {
  method: '/orders.v1.Orders/List',
  signal: new AbortController().signal,
};

/** The default key of test tokens. */
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

/** Claims of a good access token, with these changes; undefined removes a claim. */
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

/** A good token with these changes, correctly signed. */
export function token(claimChanges: object = {}, headerChanges: object = {}): string {
  return signJws(key, header(headerChanges), claims(claimChanges));
}

/** A token with a good header and exactly this payload, correctly signed. */
export function tokenOfPayload(payload: Part): string {
  return signJws(key, header(), payload);
}

/** A token with exactly this header and good claims, correctly signed. */
export function tokenOfHeader(raw: Part): string {
  return signJws(key, raw, claims());
}

/** A good payload as JSON text, followed by exactly these members. */
export function payloadText(members: string): string {
  return `${JSON.stringify(claims()).slice(0, -1)},${members}}`;
}

/** Also explains it: explain() must come to the same verdict about every token of the tests. */
export async function verdictOf(
  jwt: string,
  options: TestOptions = {},
): Promise<Principal | AuthError> {
  const authenticator = createTestAuthenticator(options);
  const verdict = await authenticator.authenticate({ scheme: 'bearer', token: jwt }, context);
  await assertAgrees(authenticator, jwt, verdict);
  return verdict;
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
