import type {
  AuthenticationContext,
  Authenticator,
  Credentials,
} from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import type { Clock } from '../contract/clock.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import { AuthError } from '../errors/auth-error.ts';

/** Only a principal of createPrincipal() and an AuthError are answers; everything else is a bug, and refused. */
export function toAnswer(verdict: unknown): Principal<object> | AuthError {
  if (isPrincipal(verdict)) {
    // No proof of possession is checked yet, and a bound token without its proof may be stolen.
    const bound = verdict.confirmation !== undefined || Object.hasOwn(verdict.claims, 'cnf');
    return bound ? new AuthError('invalid_token', 'binding') : verdict;
  }
  return AuthError.is(verdict) ? verdict : new AuthError('internal', 'bug');
}

export function faultOf(thrown: unknown): AuthError {
  return AuthError.is(thrown) ? thrown : new AuthError('internal', 'bug', { cause: thrown });
}

/** Verifies the same credentials again, by another authenticator and with the same checks. */
export async function confirmBy(
  by: Authenticator<object>,
  credentials: Credentials,
  context: AuthenticationContext,
  clock: Clock,
): Promise<Principal<object> | AuthError> {
  if (!checkAuthenticator(by).has(credentials.scheme)) {
    return new AuthError('missing_credentials', 'other_scheme');
  }
  const askedAtMs = clock.nowMs();
  try {
    const answer = toAnswer(await by.authenticate(credentials, context));
    return isPrincipal(answer) && isStale(answer, askedAtMs)
      ? new AuthError('permission_denied', 'unconfirmed')
      : answer;
  } catch (thrown) {
    return faultOf(thrown);
  }
}

/**
 * True for a verdict that is older than the question: it is from a cache, whatever the traits say.
 * A whole number of seconds may have been rounded down. Times are compared by the clock of the guard,
 * so an authenticator that sets `verifiedAtEpochSeconds` itself takes the time on this machine.
 */
function isStale({ verifiedAtEpochSeconds }: Principal<object>, askedAtMs: number): boolean {
  const askedAtSeconds = askedAtMs / 1000;
  return Number.isInteger(verifiedAtEpochSeconds)
    ? verifiedAtEpochSeconds < Math.floor(askedAtSeconds)
    : verifiedAtEpochSeconds < askedAtSeconds;
}
