import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';

export type TokenUse = 'access' | 'id';

/** Claims that only tokens of another kind carry. */
const FOREIGN_CLAIMS: Readonly<Record<TokenUse, readonly string[]>> = {
  // ID tokens (OpenID Connect Core, 3.1.3.6), logout and security event tokens, RFC 9701 answers.
  access: ['at_hash', 'c_hash', 'events', 'token_introspection'],
  id: ['events', 'token_introspection'],
};

/** Keycloak writes the kind of a token into the payload's `typ`. */
const FOREIGN_TYPES: Readonly<Record<TokenUse, readonly string[]>> = {
  access: ['id', 'refresh', 'offline', 'logout'],
  id: ['bearer', 'refresh', 'offline', 'logout'],
};

/** True where the token was made for this use: an ID token is no permission to call an API. */
export function isOfUse(payload: JsonObject, use: TokenUse): boolean {
  if (FOREIGN_CLAIMS[use].some((name) => Object.hasOwn(payload, name))) return false;
  const tokenUse = ownMember(payload, 'token_use');
  if (tokenUse !== undefined && tokenUse !== use) return false;
  const type = ownMember(payload, 'typ');
  if (type === undefined) return true;
  return typeof type === 'string' && !FOREIGN_TYPES[use].includes(type.toLowerCase());
}
