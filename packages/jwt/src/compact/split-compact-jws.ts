import { AuthError } from '@grpc-authn/core/authenticator';

/** The three segments of a compact JWS, still encoded. */
export interface CompactJws {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  /** The signed text: header, dot, payload. */
  readonly signingInput: string;
}

/** The maximum of `maxTokenBytes`, for tokens that did not come through bearerFromMetadata(). */
export const MAX_BYTES = 65_536;

/**
 * Splits a compact JWS. The only parser of tokens in this project, so that two parts of it cannot read
 * one token differently. It checks the length first, and looks for at most five dots.
 *
 * Returns `malformed_credentials` on failure: `too_large`, `encrypted` for the five parts of a JWE
 * (without decrypting or decompressing), `not_a_compact_jws` for any other number of parts.
 */
export function splitCompactJws(token: unknown): CompactJws | AuthError {
  if (typeof token !== 'string') return malformed('not_a_compact_jws');
  if (token.length > MAX_BYTES) {
    const cause = new RangeError(
      `expected a token of at most ${MAX_BYTES} bytes, received ${token.length} bytes`,
    );
    return new AuthError('malformed_credentials', 'too_large', { cause });
  }
  const first = token.indexOf('.');
  // Without a first dot this search finds none either.
  const second = token.indexOf('.', first + 1);
  if (second === -1) return malformed('not_a_compact_jws');
  const third = token.indexOf('.', second + 1);
  if (third !== -1) {
    const fourth = token.indexOf('.', third + 1);
    const hasFiveParts = fourth !== -1 && !token.includes('.', fourth + 1);
    return malformed(hasFiveParts ? 'encrypted' : 'not_a_compact_jws');
  }
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signingInput: token.slice(0, second),
  };
}

function malformed(reason: 'encrypted' | 'not_a_compact_jws'): AuthError {
  return new AuthError('malformed_credentials', reason);
}
