import {
  AuthError,
  createPrincipal,
  type JsonObject,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import {
  checkTimes,
  findForeignMark,
  hasExpired,
  matchAudience,
  readIdentity,
  validateClaims,
} from '@grpc-authn/jwt/internal';
import type { IntrospectionSettings } from './introspection-options.ts';

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
  const { subjectClaim, scopeClaims } = settings;
  const identity = readIdentity(answer, { subjectClaim, scopeClaims, clientIdClaims: [] });
  if (typeof identity === 'string') {
    return new AuthError('invalid_token', 'claim', { claim: identity });
  }
  // Read before the schema runs: it may modify the answer.
  const whole = {
    ...identity,
    issuer: (answer['iss'] as string | undefined) ?? settings.issuer,
    audience: [...(audienceOf(answer, settings) ?? [])],
    audienceChecked: settings.audience !== undefined,
    expiresAtEpochSeconds: answer['exp'] as number | undefined,
    verifiedAtEpochSeconds: askedAtSeconds,
    authenticator: settings.name,
  };
  const claims = settings.schema === undefined ? answer : validateClaims(settings.schema, answer);
  return AuthError.is(claims) ? claims : createPrincipal<object>({ ...whole, claims });
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
  if (answer['active'] !== true) return { reason: 'inactive' };
  const { token_type: type, iss } = answer;
  const known = type === undefined || typeof type === 'string';
  // Refresh tokens are active too: oidc-provider introspects them, without a type. Others mark them.
  if (!known || !settings.tokenTypes.has(type?.toLowerCase())) {
    return { reason: 'type', claim: 'token_type' };
  }
  if (iss !== undefined && !isIssuer(iss, settings.issuer)) {
    return { reason: 'issuer', claim: 'iss' };
  }
  if (audienceOf(answer, settings) === undefined) return { reason: 'audience', claim: 'aud' };
  const mark = findForeignMark(answer, 'access');
  if (mark !== undefined) return { reason: 'use', claim: mark };
  const { clockToleranceSeconds } = settings;
  // `exp` is optional in an answer.
  const rules = { expiryRequired: false, clockToleranceSeconds, maxTokenAgeSeconds: undefined };
  return checkTimes(answer, nowSeconds, rules);
}

function isIssuer(iss: unknown, configured: string | undefined): boolean {
  return typeof iss === 'string' && iss !== '' && (configured ?? iss) === iss;
}

function audienceOf(
  answer: JsonObject,
  { audience }: IntrospectionSettings,
): readonly string[] | undefined {
  if (audience !== undefined) return matchAudience(answer, { claim: 'aud', values: audience });
  const { aud } = answer;
  if (typeof aud === 'string') return [aud];
  return Array.isArray(aud) && aud.every((value) => typeof value === 'string') ? aud : [];
}
