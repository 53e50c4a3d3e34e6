import { AuthError, type JsonObject } from '@grpc-authn/core/authenticator';
import {
  checkOptionNames,
  describeValue,
  isPromiseLike,
  wrongOption,
} from '@grpc-authn/core/internal';
import { decodeCompactJws } from './compact/decode-compact-jws.ts';
import { parseProtectedHeader } from './compact/protected-header.ts';
import { splitCompactJws } from './compact/split-compact-jws.ts';
import { checkAlgorithms } from './keys/algorithms.ts';
import { ImportedKeySet, type KeySet } from './keys/key-set.ts';
import { verifyWithAny } from './signature/verify-signature.ts';

export interface VerifiedJws {
  readonly header: JsonObject;
  readonly payload: Uint8Array;
}

/**
 * Verifies a compact JWS (RFC 7515) with any payload: exactly three canonical base64url parts, an `alg`
 * that is allowed and that the key verifies, no `crit`, no key from the header. It does not check claims:
 * use createJwtAuthenticator for that.
 *
 * Returns an AuthError on refusal: `malformed_credentials`, or `invalid_token` with the reason
 * `algorithm`, `critical`, `type`, `unknown_key` or `signature`.
 *
 * @throws ConfigError for an unknown algorithm, or for keys that importKeySet did not make.
 * @example const verified = await verifyCompactJws(jws, keys, { algorithms: ['ES256'] });
 */
export function verifyCompactJws(
  jws: string,
  keys: KeySet,
  options: { readonly algorithms?: readonly string[] } = {},
): VerifiedJws | AuthError | Promise<VerifiedJws | AuthError> {
  if (!ImportedKeySet.is(keys)) {
    throw wrongOption('keys', describeValue(keys), 'a KeySet from importKeySet');
  }
  checkOptionNames('verifyCompactJws', options, ['algorithms']);
  const allowed = checkAlgorithms('algorithms', options.algorithms);
  const split = splitCompactJws(jws);
  if (AuthError.is(split)) return split;
  const header = parseProtectedHeader(split.header);
  if (AuthError.is(header)) return header;
  const decoded = decodeCompactJws(split);
  if (AuthError.is(decoded)) return decoded;
  const { algorithm, kid, members } = header;
  if (!allowed.includes(algorithm)) return new AuthError('invalid_token', 'algorithm');
  const candidates = keys.candidates(kid, algorithm, allowed);
  if (candidates.length === 0) return new AuthError('invalid_token', missingKeyReason(keys, kid));
  const conclude = (good: boolean): VerifiedJws | AuthError =>
    good
      ? { header: members, payload: decoded.payloadBytes }
      : new AuthError('invalid_token', 'signature');
  const good = verifyWithAny(decoded, algorithm, candidates);
  return isPromiseLike(good) ? good.then(conclude) : conclude(good);
}

/** If the `kid` is known but its key verifies another algorithm, fetching keys again would not help. */
export function missingKeyReason(
  keys: ImportedKeySet,
  kid: string | undefined,
): 'algorithm' | 'unknown_key' {
  return kid !== undefined && keys.hasKid(kid) ? 'algorithm' : 'unknown_key';
}
