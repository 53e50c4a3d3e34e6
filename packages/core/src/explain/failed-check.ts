import type { CheckName } from '../contract/check-step.ts';
import type { AuthError } from '../errors/auth-error.ts';

const CHECK_OF: Readonly<Record<string, CheckName>> = {
  absent: 'credentials',
  other_scheme: 'credentials',
  multiple: 'credentials',
  too_large: 'credentials',
  bad_characters: 'credentials',
  not_a_compact_jws: 'format',
  not_base64url: 'format',
  not_a_json_object: 'format',
  encrypted: 'format',
  signature: 'signature',
  algorithm: 'algorithm',
  unknown_key: 'key',
  critical: 'header',
  header: 'header',
  type: 'type',
  use: 'token_use',
  issuer: 'issuer',
  audience: 'audience',
  expired: 'expiry',
  no_expiry: 'expiry',
  not_yet_valid: 'not_before',
  too_old: 'issued_at',
  inactive: 'introspection',
  revoked: 'introspection',
  introspection: 'introspection',
  jwks: 'key',
  discovery: 'key',
  binding: 'binding',
  proof: 'binding',
  replay: 'binding',
};

/** The check that an authenticator refused with, where it reports none itself. */
export function failedCheckOf({ reason }: AuthError): CheckName {
  return (Object.hasOwn(CHECK_OF, reason) ? CHECK_OF[reason] : undefined) ?? 'claims_schema';
}
