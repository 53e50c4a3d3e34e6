import {
  AuthError,
  type AuthenticationContext,
  type Authenticator,
  type Credentials,
  type JsonObject,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { checkAuthenticator, isPrincipal } from '@grpc-authn/core/internal';
import type { Trace } from '../trace/step-reporter.ts';
import type { UnverifiedToken } from './unverified-issuer.ts';
import { hasExpired } from '../claims/numeric-date.ts';

/**
 * The default clock tolerance of JWT authenticators. It only decides whether the refusal for an unknown
 * issuer says TOKEN_EXPIRED.
 */
const TOLERANCE_SECONDS = 5;

/** Refuses a scheme that the child does not name. */
export function askRoute(
  child: Authenticator<object>,
  credentials: Credentials,
  context: AuthenticationContext,
): Verdict<object> | Promise<Verdict<object>> {
  if (checkAuthenticator(child).has(credentials.scheme)) {
    return child.authenticate(credentials, context);
  }
  return new AuthError('missing_credentials', 'other_scheme');
}

/** Reports to explain() which issuer selects the route. */
export function traceRoute(
  name: string,
  token: UnverifiedToken | undefined,
  {
    trace,
    expected,
    isFound,
  }: { readonly trace: Trace; readonly expected: string; readonly isFound: boolean },
): void {
  const check = token === undefined ? 'format' : 'issuer';
  const received =
    token === undefined
      ? 'a token that is not a JWT'
      : JSON.stringify(token.payload['iss'] ?? null);
  const hint =
    token === undefined
      ? 'send a JWT, or configure an authenticator for opaque tokens'
      : 'request the token from one of these issuers, or configure an authenticator for its issuer';
  const result = isFound ? 'passed' : 'failed';
  trace({ check, result, authenticator: name, expected, received, ...(!isFound && { hint }) });
}

/** The issuer that a route verifies must be the one that selected the route. */
export function ofIssuer(verdict: Verdict<object>, issuer: string | undefined): Verdict<object> {
  if (!isPrincipal(verdict) || verdict.issuer === issuer) return verdict;
  return new AuthError('invalid_token', 'issuer', { claim: 'iss' });
}

/** The refusal of a token whose issuer has no route. */
export function noRoute(payload: JsonObject, nowMs: number): AuthError {
  const tokenExpired = hasExpired(payload, nowMs / 1000, TOLERANCE_SECONDS);
  return new AuthError('invalid_token', 'issuer', { tokenExpired, claim: 'iss' });
}
