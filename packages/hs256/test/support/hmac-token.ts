import { createHmac } from 'node:crypto';
import { AuthError, type AuthenticationContext, type Clock } from '@grpc-authn/core/authenticator';
import { createFakeClock } from '@grpc-authn/testing';
import { createHs256Authenticator, type Hs256Options, type Hs256Secret } from '../../src/index.ts';

export const NOW_SECONDS = 1_800_000_000;
export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'orders';

/** Never advances. */
export const clock: Clock = createFakeClock(NOW_SECONDS * 1000);

export const context: AuthenticationContext = {
  method: '/orders.v1.Orders/List',
  signal: new AbortController().signal,
};

export function claims(changes: object = {}): object {
  return { iss: ISSUER, aud: AUDIENCE, sub: 'alice', exp: NOW_SECONDS + 300, ...changes };
}

/** A token signed with HMAC, regardless of its header. */
export function signHmac(
  secret: Uint8Array,
  header: object = {},
  payload: object = claims(),
  hash = 'sha256',
): string {
  const input = [{ alg: 'HS256', typ: 'JWT', ...header }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

export type Authenticator = ReturnType<typeof createHs256Authenticator>;

export function createWith(
  secrets: readonly Hs256Secret[],
  options: Partial<Hs256Options> = {},
): Authenticator {
  return createHs256Authenticator({
    secrets: secrets as [Hs256Secret, ...Hs256Secret[]],
    issuer: ISSUER,
    audience: AUDIENCE,
    clock,
    ...options,
  });
}

/** 'accepted', or 'code/reason'. */
export async function decideBy(authenticator: Authenticator, token: string): Promise<string> {
  const verdict = await authenticator.authenticate({ scheme: 'bearer', token }, context);
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : 'accepted';
}

/** The error that the factory threw; undefined if it threw none. */
export function errorOf(create: () => unknown): Error | undefined {
  try {
    create();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
