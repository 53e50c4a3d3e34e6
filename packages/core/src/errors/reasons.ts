/**
 * Why an authentication failed, by code: for logs and metrics, never for the caller. The list may grow in
 * a minor version.
 */
export interface AuthErrorReasons {
  missing_credentials: 'absent' | 'other_scheme';
  malformed_credentials:
    | 'multiple'
    | 'too_large'
    | 'bad_characters'
    | 'not_a_compact_jws'
    | 'not_base64url'
    | 'not_a_json_object'
    | 'encrypted';
  invalid_token:
    | 'signature'
    | 'algorithm'
    | 'unknown_key'
    | 'critical'
    | 'header'
    | 'type'
    | 'use'
    | 'issuer'
    | 'audience'
    | 'expired'
    | 'no_expiry'
    | 'not_yet_valid'
    | 'too_old'
    | 'claim'
    | 'inactive'
    | 'revoked'
    | 'binding'
    | 'proof'
    | 'replay';
  permission_denied: 'scope' | 'claim' | 'denied' | 'unconfirmed';
  unavailable: 'jwks' | 'discovery' | 'introspection' | 'provider' | 'timeout' | 'overloaded';
  internal: 'bug';
}

export type AuthErrorCode = keyof AuthErrorReasons;

/** One constant sentence for each code, so that no message reveals anything about the token. */
export const MESSAGES: Readonly<Record<AuthErrorCode, string>> = {
  missing_credentials: 'Authentication required: send a bearer token',
  malformed_credentials: 'The credentials are malformed',
  invalid_token: 'The access token is not valid',
  permission_denied: 'Permission denied',
  unavailable: 'Authentication is temporarily unavailable, retry later',
  internal: 'Internal error',
};
