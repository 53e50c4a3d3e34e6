import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';

export type TokenUse = 'access' | 'id';

/** Claims that occur only in tokens of another kind. */
const FOREIGN_CLAIMS: Readonly<Record<TokenUse, readonly string[]>> = {
  // ID tokens (OpenID Connect Core, 3.1.3.6), logout and security event tokens, RFC 9701 answers.
  access: ['at_hash', 'c_hash', 'events', 'token_introspection'],
  id: ['events', 'token_introspection'],
};

/** Keycloak puts the kind of token into the payload's `typ`. */
const FOREIGN_TYPES: Readonly<Record<TokenUse, readonly string[]>> = {
  access: ['id', 'refresh', 'offline', 'logout'],
  id: ['bearer', 'refresh', 'offline', 'logout'],
};

/** True if the token is of this kind: an ID token does not authorize API calls. */
export function isOfUse(payload: JsonObject, use: TokenUse): boolean {
  if (FOREIGN_CLAIMS[use].some((name) => Object.hasOwn(payload, name))) return false;
  const tokenUse = ownMember(payload, 'token_use');
  if (tokenUse !== undefined && tokenUse !== use) return false;
  const type = ownMember(payload, 'typ');
  if (type === undefined) return true;
  return typeof type === 'string' && !FOREIGN_TYPES[use].includes(type.toLowerCase());
}
