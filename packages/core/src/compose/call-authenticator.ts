import type {
  AuthenticationContext,
  Authenticator,
  Credentials,
  Verdict,
} from '../contract/authenticator.ts';
import { AuthError } from '../errors/auth-error.ts';

/** Returns the authenticator's answer. An AuthError that it throws synchronously counts as returned. */
export function callAuthenticator(
  authenticator: Authenticator<object>,
  credentials: Credentials,
  context: AuthenticationContext,
): Verdict<object> | Promise<Verdict<object>> {
  try {
    return authenticator.authenticate(credentials, context);
  } catch (error) {
    return toVerdict(error);
  }
}

/** A thrown AuthError means the same as a returned one. @throws everything else */
export function toVerdict(error: unknown): AuthError {
  if (AuthError.is(error)) return error;
  throw error;
}
