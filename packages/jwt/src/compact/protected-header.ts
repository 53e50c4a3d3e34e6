import { AuthError, type JsonObject } from '@grpc-authn/core/authenticator';
import { canonicalAlgorithm } from '../keys/algorithms.ts';
import { decodeBase64url } from './base64url.ts';
import { ownMember, parseJsonObject } from './json-object.ts';

/** The JOSE header fields in use. `jwk`, `jku`, `x5u` and `x5c` are ignored: a token cannot supply a key. */
export interface HeaderFields {
  readonly algorithm: string;
  readonly kid: string | undefined;
  /** Lower case, without 'application/'; undefined if absent. */
  readonly typ: string | undefined;
}

export interface ProtectedHeader extends HeaderFields {
  readonly members: JsonObject;
}

/** RFC 7515, section 4. Any `crit` is refused, because no extension is supported. */
export function parseProtectedHeader(segment: string): ProtectedHeader | AuthError {
  const bytes = decodeBase64url(segment);
  if (bytes === undefined) return new AuthError('malformed_credentials', 'not_base64url');
  const members = parseJsonObject(bytes);
  if (members === undefined) return new AuthError('malformed_credentials', 'not_a_json_object');
  const algorithm = ownMember(members, 'alg');
  if (typeof algorithm !== 'string') return new AuthError('invalid_token', 'algorithm');
  const unencoded = ownMember(members, 'b64');
  if (Object.hasOwn(members, 'crit') || (unencoded !== undefined && unencoded !== true)) {
    return new AuthError('invalid_token', 'critical');
  }
  const kid = ownMember(members, 'kid');
  if (kid !== undefined && typeof kid !== 'string') {
    return new AuthError('invalid_token', 'unknown_key');
  }
  const typ = ownMember(members, 'typ');
  if (typ !== undefined && typeof typ !== 'string') {
    return new AuthError('invalid_token', 'type', { claim: 'typ' });
  }
  return {
    members,
    algorithm: canonicalAlgorithm(algorithm),
    kid,
    typ: typ === undefined ? undefined : mediaType(typ),
  };
}

/** RFC 7515, section 4.1.9: a media type is case-insensitive, and 'application/' may be omitted. */
export function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '');
}
