import type { AuthError } from '../errors/auth-error.ts';
import type { Authenticator, Credentials } from './authenticator.ts';

/** Where an authenticator says that it makes the check that its credentials carry before it verifies. */
const CHECKS_LATE: unique symbol = Symbol.for('@grpc-authn/checks-late') as never;

/**
 * Credentials whose characters are not checked yet. Reading a thousand of them costs more than all the
 * rest of a call whose token is known, and a known token is one that was checked before.
 */
export abstract class UncheckedCredentials implements Credentials {
  abstract readonly scheme: string;
  abstract readonly token: string;
  /** Why they are refused; undefined where they are not. */
  abstract check(): AuthError | undefined;
}

/** To be asked before the credentials are handed to anybody who verifies. */
export function refusalOf(credentials: Credentials): AuthError | undefined {
  return credentials instanceof UncheckedCredentials ? credentials.check() : undefined;
}

export function declareLateCheck(authenticator: Authenticator<object>): void {
  Object.defineProperty(authenticator, CHECKS_LATE, { value: true });
}

export function checksLate(authenticator: Authenticator<object>): boolean {
  return (authenticator as { readonly [CHECKS_LATE]?: boolean })[CHECKS_LATE] === true;
}
