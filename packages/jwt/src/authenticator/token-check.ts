import { AuthError, type JsonObject, type Principal } from '@grpc-authn/core/authenticator';
import { createParsedPrincipal, createPrincipalWith } from '@grpc-authn/core/internal';
import { matchAudience } from '../claims/check-audience.ts';
import { checkTimes } from '../claims/check-times.ts';
import { findForeignMark } from '../claims/check-use.ts';
import { hasExpired } from '../claims/numeric-date.ts';
import { readIdentity, toTokenPrincipal, type TokenPrincipal } from '../claims/read-identity.ts';
import { validateClaims } from '../claims/validate-claims.ts';
import { decodeCompactJws, type DecodedJws } from '../compact/decode-compact-jws.ts';
import type { HeaderMemo } from '../compact/header-memo.ts';
import { ownMember, parseJsonObject } from '../compact/json-object.ts';
import {
  type HeaderFields,
  parseProtectedHeader,
  type ProtectedHeader,
} from '../compact/protected-header.ts';
import { splitCompactJws } from '../compact/split-compact-jws.ts';
import type { JwtRules } from './jwt-options.ts';
import { hasAllowedMembers, hasExactType } from './token-profile.ts';

interface TokenFault {
  readonly reason: AuthError<'invalid_token'>['reason'];
  /** The name of the claim at fault. */
  readonly claim?: string | undefined;
}

/**
 * A token that passed every check that needs no key. None of it is trusted before the signature is
 * verified. These checks run first because they are cheap, and because an unknown key may cause a fetch.
 */
export class TokenCheck {
  readonly jws: DecodedJws;
  readonly header: HeaderFields;
  readonly #rules: JwtRules;
  readonly #payload: JsonObject;
  /** Read before the schema runs, because a schema may modify the payload. */
  readonly #principal: TokenPrincipal;

  private constructor(
    rules: JwtRules,
    jws: DecodedJws,
    header: HeaderFields,
    payload: JsonObject,
    principal: TokenPrincipal,
  ) {
    this.jws = jws;
    this.header = header;
    this.#rules = rules;
    this.#payload = payload;
    this.#principal = principal;
  }

  static of(token: string, rules: JwtRules, headers: HeaderMemo): TokenCheck | AuthError {
    const read = readToken(token, headers);
    if (AuthError.is(read)) return read;
    const { jws, header, payload } = read;
    const nowSeconds = rules.clock.nowMs() / 1000;
    if (AuthError.is(header)) return refusal(header, payload, nowSeconds, rules);
    const principal = readPrincipal(header, payload, nowSeconds, rules);
    return 'reason' in principal
      ? refusal(principal, payload, nowSeconds, rules)
      : new TokenCheck(rules, jws, header, payload, principal);
  }

  refuse(reason: TokenFault['reason']): AuthError {
    const { verifiedAtEpochSeconds } = this.#principal;
    return refusal({ reason }, this.#payload, verifiedAtEpochSeconds, this.#rules);
  }

  /** Call only after the signature was verified. */
  toPrincipal(): Principal<object> | AuthError {
    const { schema } = this.#rules;
    if (schema === undefined) return createParsedPrincipal(this.#principal, this.#payload);
    const claims = validateClaims(schema, this.#payload);
    if (AuthError.is(claims)) return claims;
    return createPrincipalWith(this.#principal, claims);
  }
}

/** The parts of a token. The header may be refused all the same, with the claims known. */
interface ReadableToken {
  readonly jws: DecodedJws;
  readonly header: HeaderFields | ProtectedHeader | AuthError<'invalid_token'>;
  readonly payload: JsonObject;
}

/** Returns `malformed_credentials` if it is not a JWT. */
export function readToken(token: string, headers?: HeaderMemo): ReadableToken | AuthError {
  const split = splitCompactJws(token);
  if (AuthError.is(split)) return split;
  const jws = decodeCompactJws(split);
  if (AuthError.is(jws)) return jws;
  const payload = parseJsonObject(jws.payloadBytes);
  if (payload === undefined) return new AuthError('malformed_credentials', 'not_a_json_object');
  const header = headers?.find(jws.header) ?? parseProtectedHeader(jws.header);
  if (!AuthError.is(header)) return { jws, header, payload };
  return header.code === 'invalid_token'
    ? { jws, header: header as AuthError<'invalid_token'>, payload }
    : header;
}

/** Runs every check that needs no key. Returns what is wrong if one fails. */
function readPrincipal(
  header: HeaderFields,
  payload: JsonObject,
  nowSeconds: number,
  rules: JwtRules,
): TokenPrincipal | TokenFault {
  // Checked first: anyOf asks the next authenticator only if the token is from another issuer.
  const issued = readIssuer(payload, rules);
  if ('reason' in issued) return issued;
  if (!hasAllowedMembers(header, rules.profile)) return { reason: 'header' };
  if (!isAllowedAlgorithm(header, rules)) return { reason: 'algorithm' };
  if (!isAllowedType(header, rules)) return { reason: 'type', claim: 'typ' };
  const audience = readAudience(payload, rules);
  if (audience === undefined) return { reason: 'audience', claim: rules.audience.claim };
  const mark = findForeignMark(payload, rules.tokenUse);
  if (mark !== undefined) return { reason: 'use', claim: mark };
  const time = checkTimes(payload, nowSeconds, rules);
  if (time !== undefined) return time;
  const identity = readIdentity(payload, rules);
  if (typeof identity === 'string') return { reason: 'claim', claim: identity };
  const missing = findMissing(payload, rules);
  if (missing !== undefined) return { reason: 'claim', claim: missing };
  const unpinned = rules.pins?.findWrong(payload);
  if (unpinned !== undefined) return { reason: 'claim', claim: unpinned };
  return toTokenPrincipal(identity, {
    issuer: issued.issuer,
    audience,
    audienceChecked: true,
    expiresAtEpochSeconds: ownMember(payload, 'exp') as number | undefined,
    verifiedAtEpochSeconds: nowSeconds,
    authenticator: rules.name,
  });
}

export function isAllowedAlgorithm({ algorithm }: HeaderFields, { algorithms }: JwtRules): boolean {
  return algorithms.includes(algorithm);
}

export function isAllowedType(header: HeaderFields, { types, profile }: JwtRules): boolean {
  return types.has(header.typ) && hasExactType(header, profile);
}

/** The first required claim that is absent or null. */
export function findMissing(payload: JsonObject, { requiredClaims }: JwtRules): string | undefined {
  return requiredClaims.find((name) => (ownMember(payload, name) ?? null) === null);
}

/** A token without `iss` is of the configured issuer, whose key verifies it. */
export function readIssuer(
  payload: JsonObject,
  { issuers, acceptMissing, profile }: JwtRules,
): { readonly issuer: string | undefined } | TokenFault {
  if (profile !== undefined) {
    const issued = profile.issuerOf(payload);
    return typeof issued === 'string' ? { reason: issued, claim: profile.issuerClaim } : issued;
  }
  if (acceptMissing.has('iss') && !Object.hasOwn(payload, 'iss')) return { issuer: issuers[0] };
  const issuer = ownMember(payload, 'iss');
  const isKnown = typeof issuer === 'string' && issuers.includes(issuer);
  return isKnown ? { issuer } : { reason: 'issuer', claim: 'iss' };
}

export function readAudience(
  payload: JsonObject,
  { audience, acceptMissing }: JwtRules,
): readonly string[] | undefined {
  if (acceptMissing.has('aud') && !Object.hasOwn(payload, audience.claim)) return [];
  return matchAudience(payload, audience);
}

function refusal(
  { reason, claim }: TokenFault,
  payload: JsonObject,
  nowSeconds: number,
  rules: JwtRules,
): AuthError {
  const tokenExpired = hasExpired(payload, nowSeconds, rules.clockToleranceSeconds);
  const details = claim === undefined ? { tokenExpired } : { tokenExpired, claim };
  return new AuthError('invalid_token', reason, details);
}
