import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import type { HeaderFields, ProtectedHeader } from '../compact/protected-header.ts';

/** The checks of a kind of JWT that has a standard of its own, such as JWT-SVID. */
export interface TokenProfile {
  /** The only members that the header may have. */
  readonly headerMembers: ReadonlySet<string>;
  /** The spellings of `typ`, which other tokens compare without case. */
  readonly headerTypes: ReadonlySet<unknown>;
  /** The claim that names the issuer. */
  readonly issuerClaim: string;
  /** What the claim must be, for explain(). */
  readonly issuerDescription: string;
  /**
   * Replaces the check of `iss`. Returns the name of the issuer, or why the token is refused: `issuer` if it
   * is of another issuer.
   */
  issuerOf(payload: JsonObject): { readonly issuer: string } | 'issuer' | 'claim';
}

/** A header from the memo has only the fields in use: its token was accepted, so its members were allowed. */
export function hasAllowedMembers(
  header: HeaderFields | ProtectedHeader,
  profile: TokenProfile | undefined,
): boolean {
  if (profile === undefined || !('members' in header)) return true;
  return Object.keys(header.members).every((name) => profile.headerMembers.has(name));
}

/** The same for `typ`. */
export function hasExactType(
  header: HeaderFields | ProtectedHeader,
  profile: TokenProfile | undefined,
): boolean {
  if (profile === undefined || !('members' in header)) return true;
  return profile.headerTypes.has(ownMember(header.members, 'typ') ?? null);
}
