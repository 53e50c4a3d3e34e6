import type { CheckName } from '../contract/check-step.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { AuthErrorCode, AuthErrorReasons } from '../errors/reasons.ts';

type Checks = readonly [CheckName, ...CheckName[]];

/** The checks that may refuse with a reason; the most likely one is first. */
const CHECKS: Readonly<Record<AuthErrorReasons[AuthErrorCode], Checks>> = {
  absent: ['credentials'],
  other_scheme: ['credentials'],
  multiple: ['credentials'],
  too_large: ['credentials', 'format'],
  bad_characters: ['credentials', 'format'],
  not_a_compact_jws: ['format'],
  not_base64url: ['format'],
  not_a_json_object: ['format'],
  encrypted: ['format'],
  signature: ['signature'],
  algorithm: ['algorithm', 'key'],
  unknown_key: ['key', 'header'],
  critical: ['header'],
  header: ['header'],
  type: ['type'],
  use: ['token_use'],
  issuer: ['issuer'],
  audience: ['audience', 'rule'],
  expired: ['expiry'],
  no_expiry: ['expiry'],
  not_yet_valid: ['not_before', 'issued_at'],
  too_old: ['issued_at'],
  claim: [
    'claims_schema',
    'issuer',
    'expiry',
    'not_before',
    'issued_at',
    'required_claims',
    'subject',
    'pins',
    'rule',
  ],
  inactive: ['introspection'],
  revoked: ['introspection'],
  binding: ['binding'],
  proof: ['binding'],
  replay: ['binding'],
  scope: ['rule'],
  denied: ['rule'],
  unconfirmed: ['rule'],
  jwks: ['key'],
  discovery: ['key', 'introspection'],
  introspection: ['introspection', 'key'],
  provider: ['key', 'introspection'],
  timeout: ['key', 'introspection'],
  overloaded: ['key', 'introspection'],
  bug: ['key', 'introspection', 'claims_schema'],
};

/** For an authenticator of opaque tokens, an outage is one of its introspection. */
export function failedChecksOf({ code, reason }: AuthError, isOpaque: boolean): Checks {
  const checks = Object.hasOwn(CHECKS, reason) ? CHECKS[reason] : CHECKS.claim;
  const isOutage = code === 'unavailable' || code === 'internal';
  return isOutage && isOpaque ? ['introspection', ...checks] : checks;
}
