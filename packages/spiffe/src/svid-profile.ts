import type { JsonObject } from '@grpc-authn/core/authenticator';
import type { TokenProfile } from '@grpc-authn/jwt/internal';
import { idOf, isOfTrustDomain, isSpiffeId } from './spiffe-id.ts';

/** JWT-SVID, section 2: "Any header not described here, registered or private, MUST NOT be included". */
const HEADER_MEMBERS: ReadonlySet<string> = new Set(['alg', 'kid', 'typ']);

/** JWT-SVID, section 2.3, in this spelling; null represents a token without `typ`. */
export const SVID_TYPES: readonly (string | null)[] = Object.freeze(['JWT', 'JOSE', null]);

/** JWT-SVID, section 2.1. */
export const SVID_ALGORITHMS: readonly string[] = Object.freeze(
  ['RS', 'ES', 'PS'].flatMap((family) => [`${family}256`, `${family}384`, `${family}512`]),
);

/**
 * What JWT-SVID checks differently. The trust domain of `sub` takes the place of `iss`: an SVID of another
 * trust domain, or a token whose `sub` is no SPIFFE ID, is one of another issuer.
 */
export function createSvidProfile(
  trustDomain: string,
  isAllowed: (id: string) => boolean,
): TokenProfile {
  const issued = Object.freeze({ issuer: idOf(trustDomain) });
  return {
    headerMembers: HEADER_MEMBERS,
    headerTypes: new Set(SVID_TYPES),
    issuerClaim: 'sub',
    issuerDescription: `an allowed SPIFFE ID of ${idOf(trustDomain)}`,
    issuerOf(payload: JsonObject) {
      const sub = Object.hasOwn(payload, 'sub') ? payload['sub'] : undefined;
      if (typeof sub !== 'string' || !isOfTrustDomain(sub, trustDomain)) return 'issuer';
      return isSpiffeId(sub) && isAllowed(sub) ? issued : 'claim';
    },
  };
}
