import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';

const NONE: readonly string[] = Object.freeze([]);

/**
 * Returns the scopes of the first of these claims that is present, never a merge; undefined if it has
 * an invalid type. Strings are split at U+0020 only (RFC 6749, section 3.3): `\s` also matches a
 * no-break space. `scope` must be a string (RFC 9068, section 2.2.3); other claims (`scp`, `roles`) may
 * be a list. The list is a copy, because a schema may modify the payload.
 */
export function readScopes(
  payload: JsonObject,
  scopeClaims: readonly string[],
): readonly string[] | undefined {
  for (const name of scopeClaims) {
    const claim = ownMember(payload, name);
    if (claim === undefined) continue;
    if (typeof claim === 'string') {
      const scopes = claim.split(' ');
      return scopes.includes('') ? scopes.filter((scope) => scope !== '') : scopes;
    }
    const isList = name !== 'scope' && Array.isArray(claim);
    return isList && claim.every((scope) => typeof scope === 'string') ? [...claim] : undefined;
  }
  return NONE;
}
