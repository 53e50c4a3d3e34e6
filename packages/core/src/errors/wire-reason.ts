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
 * The reason that a client sees. TOKEN_EXPIRED depends on `exp` alone, which the sender can read, so it
 * reveals nothing about the other checks. undefined for an internal fault.
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
