import type { AuthError } from './auth-error.ts';

/** What a client may learn of a refusal: `ErrorInfo.reason` in the trailers. */
export type WireReason =
  | 'TOKEN_MISSING'
  | 'TOKEN_INVALID'
  | 'TOKEN_EXPIRED'
  | 'SCOPE_INSUFFICIENT'
  | 'PERMISSION_DENIED'
  | 'AUTH_UNAVAILABLE';

/** `ErrorInfo.domain` of every refusal. */
export const ERROR_DOMAIN = 'grpc-authn';

/**
 * An expired token has a reason of its own, because its sender can read `exp`. It depends on `exp` alone, so
 * that the answer is no oracle for the other checks. An internal fault reveals nothing.
 */
export function wireReasonOf(error: AuthError): WireReason | undefined {
  switch (error.code) {
    case 'missing_credentials':
      return 'TOKEN_MISSING';
    case 'malformed_credentials':
      return 'TOKEN_INVALID';
    case 'invalid_token':
      return error.tokenExpired ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID';
    case 'permission_denied':
      return error.reason === 'scope' ? 'SCOPE_INSUFFICIENT' : 'PERMISSION_DENIED';
    case 'unavailable':
      return 'AUTH_UNAVAILABLE';
    case 'internal':
      return undefined;
  }
}
