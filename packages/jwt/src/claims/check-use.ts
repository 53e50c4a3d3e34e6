import type { JsonObject, JsonValue } from '@grpc-authn/core/authenticator';
import { mediaType } from '../compact/protected-header.ts';
import { ownMember } from '../compact/json-object.ts';

export type TokenUse = 'access' | 'id';

interface Marks {
  /** Claims that occur only in tokens of another kind. */
  readonly foreignClaims: readonly string[];
  /** Accepted values of `typ` in the payload, in lower case. */
  readonly typ: readonly string[];
  /** Accepted values of `token_use`. */
  readonly tokenUse: readonly unknown[];
  /** Kinds of tokens that `token_type` and its variants must not name. */
  readonly foreignKinds: readonly string[];
}

const MARKS: Readonly<Record<TokenUse, Marks>> = {
  access: {
    // ID tokens (OpenID Connect Core, 3.1.3.6), logout and security event tokens, RFC 9701 answers.
    foreignClaims: ['at_hash', 'c_hash', 'events', 'token_introspection'],
    typ: ['bearer', 'at+jwt', 'access', 'access_token', 'jwt', 'dpop'],
    // Amazon Cognito in tokens; Ory Hydra in introspection answers.
    tokenUse: ['access', 'access_token'],
    foreignKinds: ['refresh', 'rt', 'offline', 'id', 'logout'],
  },
  id: {
    foreignClaims: ['events', 'token_introspection'],
    typ: ['id', 'id_token', 'jwt'],
    tokenUse: ['id', 'id_token'],
    foreignKinds: ['refresh', 'rt', 'offline', 'access', 'at', 'bearer', 'dpop', 'logout'],
  },
};

/** Where frameworks write the kind of token. A claim of such a name may also mean something else. */
const KIND_CLAIMS: readonly string[] = ['token_type', 'tokenType', 'TokenType', 'tokenUse', 'type'];

/**
 * Returns the name of the claim that marks the token as one of another kind, undefined if none does. Neither
 * an ID token nor a refresh token authorizes API calls. The payload is a token's, or an introspection answer.
 */
export function findForeignMark(payload: JsonObject, use: TokenUse): string | undefined {
  const { foreignClaims, typ, tokenUse, foreignKinds } = MARKS[use];
  const foreign = foreignClaims.find((name) => Object.hasOwn(payload, name));
  if (foreign !== undefined) return foreign;
  const stated = ownMember(payload, 'token_use');
  if (stated !== undefined && !tokenUse.includes(stated)) return 'token_use';
  // Keycloak puts the kind of token into the payload's `typ`.
  const type = ownMember(payload, 'typ');
  if (type !== undefined && !(typeof type === 'string' && typ.includes(mediaType(type)))) {
    return 'typ';
  }
  return KIND_CLAIMS.find((name) => names(ownMember(payload, name), foreignKinds));
}

/** True if the claim, or a member of it, names one of these kinds: 'refresh', 'Refresh-Token', 'RefreshToken'. */
function names(claim: JsonValue | undefined, kinds: readonly string[]): boolean {
  if (claim === undefined) return false;
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.some((value) => typeof value === 'string' && kinds.includes(kindOf(value)));
}

/** 'Refresh-Token', 'refresh_token', 'rt+jwt' without all that is not the kind. */
function kindOf(value: string): string {
  return mediaType(value).replaceAll(/token|jwt|[^a-z]/g, '');
}
