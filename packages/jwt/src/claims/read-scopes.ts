import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';

const NONE: readonly string[] = Object.freeze([]);

/**
 * The scopes of the first of these claims that is present, never a merge; undefined for a shape that
 * no scope claim has. Text is split at U+0020 alone (RFC 6749, section 3.3): `\s` would split at a
 * no-break space too. A list is what providers send under other names (`scp`, `roles`); the standard
 * `scope` is text (RFC 9068, section 2.2.3). The list is a copy: a schema may write into the payload.
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
