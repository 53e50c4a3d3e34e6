import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import { isNumericDate } from '../claims/numeric-date.ts';

/** A claim's value as JSON, or that there is none. */
export function describeClaim(payload: JsonObject, name: string): string {
  const value = ownMember(payload, name);
  return value === undefined ? `no claim ${name}` : `${name} = ${JSON.stringify(value)}`;
}

/** A NumericDate as a date, and how far it is from now. */
export function describeDate(payload: JsonObject, name: string, nowSeconds: number): string {
  const value = ownMember(payload, name);
  if (!isNumericDate(value)) return describeClaim(payload, name);
  const seconds = Math.round(value - nowSeconds);
  const distance = seconds < 0 ? `${-seconds} s ago` : `in ${seconds} s`;
  return `${name} = ${isoOf(value)} (${distance})`;
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** '"a" or "b"' */
export function oneOf(values: Iterable<string>): string {
  return [...values].map((value) => JSON.stringify(value)).join(' or ');
}
