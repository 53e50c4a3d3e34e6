import { AuthError, type JsonObject, type Verdict } from '@grpc-authn/core/authenticator';
import { createPrincipalWith } from '@grpc-authn/core/internal';
import {
  checkTimes,
  findForeignMark,
  hasExpired,
  matchAudience,
  readIdentity,
  toTokenPrincipal,
  validateClaims,
} from '@grpc-authn/jwt/internal';
import type { IntrospectionSettings } from './introspection-options.ts';

/** Makes a verdict of the provider's answer. */
export type Judge = (answer: JsonObject, askedAtSeconds: number) => Verdict<object>;

/**
 * Makes a principal from the provider's answer, or refuses it (RFC 7662, section 2.2). The token counts as
 * verified when the provider was asked: it may have been revoked while the answer was on its way.
 */
export function judgeAnswer(
  answer: JsonObject,
  settings: IntrospectionSettings,
  askedAtSeconds: number,
): Verdict<object> {
  const nowSeconds = settings.clock.nowMs() / 1000;
  const fault = findFault(answer, settings, nowSeconds);
  if (fault !== undefined) {
    const { reason, claim } = fault;
    const tokenExpired = hasExpired(answer, nowSeconds, settings.clockToleranceSeconds);
    return new AuthError('invalid_token', reason, { tokenExpired, ...(claim && { claim }) });
  }
  const identity = readIdentity(answer, identityClaimsOf(settings));
  if (typeof identity === 'string') {
    return new AuthError('invalid_token', 'claim', { claim: identity });
  }
  // Read before the schema runs: it may modify the answer.
  const principal = toTokenPrincipal(identity, {
    issuer: (answer['iss'] as string | undefined) ?? settings.issuer,
    audience: [...(audienceOf(answer, settings) ?? [])],
    audienceChecked: settings.audience !== undefined,
    expiresAtEpochSeconds: answer['exp'] as number | undefined,
    verifiedAtEpochSeconds: askedAtSeconds,
    authenticator: settings.name,
  });
  const claims = settings.schema === undefined ? answer : validateClaims(settings.schema, answer);
  return AuthError.is(claims) ? claims : createPrincipalWith(principal, claims);
}

interface Fault {
  readonly reason: AuthError<'invalid_token'>['reason'];
  readonly claim?: string;
}

function findFault(
  answer: JsonObject,
  settings: IntrospectionSettings,
  nowSeconds: number,
): Fault | undefined {
  if (!isActive(answer)) return { reason: 'inactive' };
  if (!isOfTokenType(answer, settings)) return { reason: 'type', claim: 'token_type' };
  if (!isOfIssuer(answer, settings)) return { reason: 'issuer', claim: 'iss' };
  if (audienceOf(answer, settings) === undefined) return { reason: 'audience', claim: 'aud' };
  const mark = findForeignMark(answer, 'access');
  if (mark !== undefined) return { reason: 'use', claim: mark };
  return checkTimes(answer, nowSeconds, timeRulesOf(settings));
}

export function isActive({ active }: JsonObject): boolean {
  return active === true;
}

/** Refresh tokens are active too: oidc-provider introspects them, without a type. Others mark them. */
export function isOfTokenType(
  { token_type: type }: JsonObject,
  { tokenTypes }: IntrospectionSettings,
): boolean {
  const isKnown = type === undefined || typeof type === 'string';
  return isKnown && tokenTypes.has(type?.toLowerCase());
}

/** `iss` is optional in an answer. */
export function isOfIssuer({ iss }: JsonObject, { issuer }: IntrospectionSettings): boolean {
  if (iss === undefined) return true;
  return typeof iss === 'string' && iss !== '' && (issuer ?? iss) === iss;
}

/** `exp` is optional in an answer. */
export function timeRulesOf({
  clockToleranceSeconds,
}: IntrospectionSettings): Parameters<typeof checkTimes>[2] {
  return { expiryRequired: false, clockToleranceSeconds, maxTokenAgeSeconds: undefined };
}

export function identityClaimsOf({
  subjectClaim,
  scopeClaims,
}: IntrospectionSettings): Parameters<typeof readIdentity>[1] {
  return { subjectClaim, scopeClaims, clientIdClaims: [] };
}

export function audienceOf(
  answer: JsonObject,
  { audience }: IntrospectionSettings,
): readonly string[] | undefined {
  if (audience !== undefined) return matchAudience(answer, { claim: 'aud', values: audience });
  const { aud } = answer;
  if (typeof aud === 'string') return [aud];
  return Array.isArray(aud) && aud.every((value) => typeof value === 'string') ? aud : [];
}
