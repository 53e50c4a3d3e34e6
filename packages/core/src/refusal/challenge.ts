import type { WireReason } from '../errors/wire-reason.ts';

/** RFC 6750, section 3: at least one parameter, and an error only if a token was sent. */
const CHALLENGES: Readonly<Record<WireReason, string | undefined>> = {
  TOKEN_MISSING: 'Bearer realm="grpc"',
  TOKEN_INVALID: 'Bearer realm="grpc", error="invalid_token"',
  TOKEN_EXPIRED: 'Bearer realm="grpc", error="invalid_token"',
  SCOPE_INSUFFICIENT: 'Bearer realm="grpc", error="insufficient_scope"',
  PERMISSION_DENIED: 'Bearer realm="grpc"',
  AUTH_UNAVAILABLE: undefined,
};

/** RFC 6750, section 3: scope-token. Anything else would need quoting that the RFC does not have. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** The value of `www-authenticate` (RFC 6750); names the scopes that would help. */
export function challengeFor(
  reason: WireReason,
  requiredScopes: readonly string[],
): string | undefined {
  const challenge = CHALLENGES[reason];
  const names = reason === 'SCOPE_INSUFFICIENT' && requiredScopes.length > 0;
  return names && requiredScopes.every((scope) => SCOPE_TOKEN.test(scope))
    ? `${challenge}, scope="${requiredScopes.join(' ')}"`
    : challenge;
}

/** The scopes that a challenge names. */
export function scopesOfChallenge(challenge: string | undefined): readonly string[] {
  const [, scope] = /(?:^|[\s,])scope="([^"\\]*)"/.exec(challenge ?? '') ?? [];
  return scope === undefined ? [] : scope.split(' ').filter((one) => one !== '');
}
