import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import { hasExpired, isNumericDate } from './numeric-date.ts';

export interface TimeRules {
  readonly expiryRequired: boolean;
  readonly clockToleranceSeconds: number;
  readonly maxTokenAgeSeconds: number | undefined;
}

/** The reason, and the name of the claim at fault. */
export interface TimeFault {
  readonly reason: 'no_expiry' | 'expired' | 'not_yet_valid' | 'too_old' | 'claim';
  readonly claim?: 'exp' | 'nbf' | 'iat';
}

/** Checks `exp`, `nbf` and `iat` (RFC 7519, section 4.1). Undefined if they are good. */
export function checkTimes(
  payload: JsonObject,
  nowSeconds: number,
  rules: TimeRules,
): TimeFault | undefined {
  const tolerance = rules.clockToleranceSeconds;
  const exp = ownMember(payload, 'exp');
  const nbf = ownMember(payload, 'nbf');
  const iat = ownMember(payload, 'iat');
  if (exp === undefined && rules.expiryRequired) return { reason: 'no_expiry' };
  if (!isDateOrAbsent(exp)) return { reason: 'claim', claim: 'exp' };
  if (!isDateOrAbsent(nbf)) return { reason: 'claim', claim: 'nbf' };
  if (!isDateOrAbsent(iat)) return { reason: 'claim', claim: 'iat' };
  if (hasExpired(payload, nowSeconds, tolerance)) return { reason: 'expired', claim: 'exp' };
  // An `iat` in the future means a wrong clock or a forged token.
  const ahead = nowSeconds + tolerance;
  if (nbf !== undefined && nbf > ahead) return { reason: 'not_yet_valid', claim: 'nbf' };
  if (iat !== undefined && iat > ahead) return { reason: 'not_yet_valid', claim: 'iat' };
  if (rules.maxTokenAgeSeconds === undefined) return undefined;
  if (iat === undefined) return { reason: 'claim', claim: 'iat' };
  const tooOld = nowSeconds - iat > rules.maxTokenAgeSeconds + tolerance;
  return tooOld ? { reason: 'too_old', claim: 'iat' } : undefined;
}

function isDateOrAbsent(claim: unknown): claim is number | undefined {
  return claim === undefined || isNumericDate(claim);
}
