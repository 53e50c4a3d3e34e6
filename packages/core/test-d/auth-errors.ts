import {
  AuthError,
  type AuthErrorCode,
  type Authenticator,
  createPrincipal,
  type Principal,
  type Verdict,
} from '../src/authenticator.ts';
import { assertType, type Equals } from './equals.ts';

// A reason belongs to its code.
const expired = new AuthError('invalid_token', 'expired', { tokenExpired: true });
assertType<Equals<typeof expired, AuthError<'invalid_token'>>>();
assertType<Equals<typeof expired.code, 'invalid_token'>>();
// @ts-expect-error -- a scope is a matter of permission
void new AuthError('invalid_token', 'scope');
// @ts-expect-error -- there is no such code
void new AuthError('expired', 'expired');
// @ts-expect-error -- a reason is needed
void new AuthError('internal');
// @ts-expect-error -- milliseconds
void new AuthError('unavailable', 'jwks', { retryAfterMs: '5s' });
// @ts-expect-error -- an answer does not change
expired.tokenExpired = false;

assertType<
  Equals<
    AuthErrorCode,
    | 'missing_credentials'
    | 'malformed_credentials'
    | 'invalid_token'
    | 'permission_denied'
    | 'unavailable'
    | 'internal'
  >
>();

/** `is` narrows a verdict to either side. */
export function narrow(verdict: Verdict): string | undefined {
  if (AuthError.is(verdict)) {
    assertType<Equals<typeof verdict, AuthError>>();
    return verdict.reason;
  }
  assertType<Equals<typeof verdict, Principal>>();
  return verdict.subject;
}

/** An authenticator answers synchronously or later, and only with a verdict. */
export const authenticators: readonly Authenticator[] = [
  { name: 'now', authenticate: () => createPrincipal({ authenticator: 'now' }) },
  { name: 'later', authenticate: async () => new AuthError('unavailable', 'provider') },
  // @ts-expect-error -- undefined is no verdict
  { name: 'nothing', authenticate: () => undefined },
  // @ts-expect-error -- true is no verdict
  { name: 'yes', authenticate: async () => true },
];
