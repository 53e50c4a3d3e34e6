import type { JsonObject } from '@grpc-authn/core/authenticator';
import { LAST_EPOCH_SECOND } from '@grpc-authn/core/internal';
import { ownMember } from '../compact/json-object.ts';

/** A NumericDate (RFC 7519, section 2) in the range that has years: `1e999` parses as Infinity. */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST_EPOCH_SECOND;
}

/**
 * The `exp` that is there has passed. It is told apart from every other check, so that whoever sends
 * an expired token learns nothing else by it.
 */
export function hasExpired(payload: JsonObject, nowSeconds: number, tolerance: number): boolean {
  const exp = ownMember(payload, 'exp');
  return isNumericDate(exp) && nowSeconds >= exp + tolerance;
}
