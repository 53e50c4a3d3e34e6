import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';

const NONE: readonly string[] = Object.freeze([]);

/**
 * Returns the scopes of the first of these claims that is present, never a merge; the name of the claim if
 * its type is wrong. Strings are split at U+0020 only (RFC 6749, section 3.3): `\s` also matches a
 * no-break space. A list of strings is taken as it is: Spring Authorization Server, Duende and UAA send
 * one in `scope`. It is a copy, because a schema may modify the payload.
 */
export function readScopes(
  payload: JsonObject,
  scopeClaims: readonly string[],
): readonly string[] | string {
  for (const name of scopeClaims) {
    const claim = ownMember(payload, name);
    if (claim === undefined) continue;
    if (typeof claim === 'string') {
      const scopes = claim.split(' ');
      return scopes.includes('') ? scopes.filter((scope) => scope !== '') : scopes;
    }
    const isList = Array.isArray(claim) && claim.every((scope) => typeof scope === 'string');
    return isList ? [...claim] : name;
  }
  return NONE;
}
