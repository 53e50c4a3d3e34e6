import type { LoadedAuth } from '@grpc-authn/config';
import type { AuthError, Credentials } from '@grpc-authn/core';

/** What a server reads from a call with this token, in whichever header the config names. */
export function credentialsOf(
  auth: LoadedAuth<object>,
  token: string,
): Credentials | AuthError | undefined {
  return auth.guard.credentialsFrom(() => `Bearer ${token}`);
}
