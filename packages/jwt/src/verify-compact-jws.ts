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
 * Verifies a compact JWS (RFC 7515) strictly, whatever its payload is: exactly three canonical
 * base64url parts, an `alg` from the allow-list that is the key's own, no `crit`, no key from the
 * header. Claims are not looked at: that is createJwtAuthenticator's work.
 *
 * A refusal comes back as an AuthError: `malformed_credentials`, or `invalid_token` with `algorithm`,
 * `critical`, `type`, `unknown_key` or `signature`.
 *
 * @throws ConfigError for an algorithm that does not exist, or keys not made by importKeySet.
 * @example const verified = await verifyCompactJws(jws, keys, { algorithms: ['ES256'] });
 */
export function verifyCompactJws(
  jws: string,
  keys: KeySet,
  options: { readonly algorithms?: readonly string[] } = {},
): VerifiedJws | AuthError | Promise<VerifiedJws | AuthError> {
  if (!ImportedKeySet.is(keys)) {
    throw wrongOption('keys', describeValue(keys), 'a KeySet of importKeySet');
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
  if (candidates.length === 0) return new AuthError('invalid_token', whyNoKey(keys, kid));
  const conclude = (good: boolean): VerifiedJws | AuthError =>
    good
      ? { header: members, payload: decoded.payloadBytes }
      : new AuthError('invalid_token', 'signature');
  const good = verifyWithAny(decoded, algorithm, candidates);
  return isPromiseLike(good) ? good.then(conclude) : conclude(good);
}

/** A known `kid` whose key verifies another algorithm is no unknown key: a new set would not help. */
export function whyNoKey(
  keys: ImportedKeySet,
  kid: string | undefined,
): 'algorithm' | 'unknown_key' {
  return kid !== undefined && keys.hasKid(kid) ? 'algorithm' : 'unknown_key';
}
