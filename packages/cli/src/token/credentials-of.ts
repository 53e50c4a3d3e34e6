import type { LoadedAuth } from '@grpc-authn/config';
import type { AuthError, Credentials } from '@grpc-authn/core';

const OTHER_SCHEME = /^(?:basic|digest|dpop|negotiate|ntlm) /i;

/** What a server reads from a call with this token, in whichever header the config names. */
export function credentialsOf(
  auth: LoadedAuth<object>,
  token: string,
): Credentials | AuthError | undefined {
  const value = OTHER_SCHEME.test(token) ? token : `Bearer ${token}`;
  return auth.guard.credentialsFrom(() => value);
}
