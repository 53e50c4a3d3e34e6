import { AuthError, type JsonObject } from '@grpc-authn/core/authenticator';
import { decodeBase64url } from '../compact/base64url.ts';
import { ownMember, parseJsonObject } from '../compact/json-object.ts';
import { splitCompactJws } from '../compact/split-compact-jws.ts';

/** Unverified content of a JWS. Use it only to choose the authenticator. */
export interface UnverifiedToken {
  readonly issuer: string | undefined;
  readonly payload: JsonObject;
}

/** Undefined if the token is not a JWS whose header and payload are JSON objects. */
export function readUnverified(token: string): UnverifiedToken | undefined {
  const jws = splitCompactJws(token);
  if (AuthError.is(jws)) return undefined;
  const header = decodeBase64url(jws.header);
  const bytes = decodeBase64url(jws.payload);
  if (header === undefined || bytes === undefined) return undefined;
  const payload = parseJsonObject(bytes);
  if (payload === undefined || parseJsonObject(header) === undefined) return undefined;
  const issuer = ownMember(payload, 'iss');
  return { issuer: typeof issuer === 'string' ? issuer : undefined, payload };
}
