import type { JsonObject } from '@grpc-authn/core/authenticator';
import { LAST_EPOCH_SECOND } from '@grpc-authn/core/internal';
import { ownMember } from '../compact/json-object.ts';

/** A NumericDate (RFC 7519, section 2) up to the year 9999; JSON.parse turns `1e999` into Infinity. */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST_EPOCH_SECOND;
}

/**
 * True if `exp` is a valid date and has passed. Independent of all other checks, so that a refused
 * expired token reveals nothing else.
 */
export function hasExpired(payload: JsonObject, nowSeconds: number, tolerance: number): boolean {
  const exp = ownMember(payload, 'exp');
  return isNumericDate(exp) && nowSeconds >= exp + tolerance;
}
