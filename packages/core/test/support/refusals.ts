import { AuthError } from '../../src/errors/auth-error.ts';
import type { AuthErrorCode, AuthErrorReasons } from '../../src/errors/reasons.ts';

/** Every reason of every code, in the words of the published list. */
export const REASONS: { readonly [C in AuthErrorCode]: readonly AuthErrorReasons[C][] } = {
  missing_credentials: ['absent', 'other_scheme'],
  malformed_credentials: [
    'multiple',
    'too_large',
    'bad_characters',
    'not_a_compact_jws',
    'not_base64url',
    'not_a_json_object',
    'encrypted',
  ],
  invalid_token: [
    'signature',
    'algorithm',
    'unknown_key',
    'critical',
    'header',
    'type',
    'use',
    'issuer',
    'audience',
    'expired',
    'no_expiry',
    'not_yet_valid',
    'too_old',
    'claim',
    'inactive',
    'revoked',
    'binding',
    'proof',
    'replay',
  ],
  permission_denied: ['scope', 'claim', 'denied', 'unconfirmed'],
  unavailable: ['jwks', 'discovery', 'introspection', 'provider', 'timeout', 'overloaded'],
  internal: ['bug'],
};

export const CODES = Object.keys(REASONS) as AuthErrorCode[];

/** One AuthError for each reason of a code. */
export function refusalsOf(
  code: AuthErrorCode,
  options?: ConstructorParameters<typeof AuthError>[2],
): readonly AuthError[] {
  return REASONS[code].map((reason) => new AuthError(code, reason, options));
}
