import type {
  AuthenticationContext,
  Authenticator,
  Credentials,
  Verdict,
} from '../contract/authenticator.ts';
import { AuthError } from '../errors/auth-error.ts';

/** What it answers; an AuthError that it throws at once is an answer too. */
export function answerOf(
  authenticator: Authenticator<object>,
  credentials: Credentials,
  context: AuthenticationContext,
): Verdict<object> | Promise<Verdict<object>> {
  try {
    return authenticator.authenticate(credentials, context);
  } catch (error) {
    return thrownVerdict(error);
  }
}

/** A thrown AuthError means the same as a returned one. @throws anything else again */
export function thrownVerdict(error: unknown): AuthError {
  if (AuthError.is(error)) return error;
  throw error;
}
