import { AuthError } from '@grpc-authn/core/authenticator';

/** The three segments of a compact JWS, still encoded. */
export interface CompactJws {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  /** What is signed: header and payload, with the dot between them. */
  readonly signingInput: string;
}

/** No longer header reaches a gRPC server: 64 KiB end the whole connection. */
const MOST_CHARACTERS = 65_536;

/**
 * The one splitter of the project: nothing takes a token apart a second way. The length comes before
 * everything else, and no more than five dots are ever looked for.
 *
 * Gives `malformed_credentials`: `too_large`, `encrypted` for the five parts of a JWE (before any
 * decryption or decompression), `not_a_compact_jws` for any other number of parts.
 */
export function splitCompactJws(token: unknown): CompactJws | AuthError {
  if (typeof token !== 'string') return malformed('not_a_compact_jws');
  if (token.length > MOST_CHARACTERS) return malformed('too_large');
  const first = token.indexOf('.');
  // Where there is no first dot, there is no second.
  const second = token.indexOf('.', first + 1);
  if (second === -1) return malformed('not_a_compact_jws');
  const third = token.indexOf('.', second + 1);
  if (third !== -1) {
    const fourth = token.indexOf('.', third + 1);
    const areFive = fourth !== -1 && !token.includes('.', fourth + 1);
    return malformed(areFive ? 'encrypted' : 'not_a_compact_jws');
  }
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signingInput: token.slice(0, second),
  };
}

function malformed(reason: 'too_large' | 'encrypted' | 'not_a_compact_jws'): AuthError {
  return new AuthError('malformed_credentials', reason);
}
