import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import { hasExpired, isNumericDate } from './numeric-date.ts';

export interface TimeRules {
  readonly expiryRequired: boolean;
  readonly clockToleranceSeconds: number;
  readonly maxTokenAgeSeconds: number | undefined;
}

export type TimeRefusal = 'no_expiry' | 'expired' | 'not_yet_valid' | 'too_old' | 'claim';

/** Checks `exp`, `nbf` and `iat` (RFC 7519, section 4.1). Returns the reason if one fails. */
export function checkTimes(
  payload: JsonObject,
  nowSeconds: number,
  rules: TimeRules,
): TimeRefusal | undefined {
  const tolerance = rules.clockToleranceSeconds;
  const exp = ownMember(payload, 'exp');
  const nbf = ownMember(payload, 'nbf');
  const iat = ownMember(payload, 'iat');
  if (exp === undefined && rules.expiryRequired) return 'no_expiry';
  if (!isDateOrAbsent(exp) || !isDateOrAbsent(nbf) || !isDateOrAbsent(iat)) return 'claim';
  if (hasExpired(payload, nowSeconds, tolerance)) return 'expired';
  // An `iat` in the future means a wrong clock or a forged token.
  const ahead = nowSeconds + tolerance;
  if ((nbf !== undefined && nbf > ahead) || (iat !== undefined && iat > ahead)) {
    return 'not_yet_valid';
  }
  if (rules.maxTokenAgeSeconds === undefined) return undefined;
  if (iat === undefined) return 'claim';
  return nowSeconds - iat > rules.maxTokenAgeSeconds + tolerance ? 'too_old' : undefined;
}

function isDateOrAbsent(claim: unknown): claim is number | undefined {
  return claim === undefined || isNumericDate(claim);
}
