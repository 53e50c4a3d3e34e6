import type { JsonObject, OneOrMore } from '@grpc-authn/core/authenticator';
import type { PinnedClaims } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { subset } from './comparisons.ts';
import type { MemberSchemas } from './sections.ts';
import type { Comparison, Strictness } from './strictness.ts';
import { text, textsOrOne } from './values.ts';
import { z } from './zod.ts';

/** Claims that a token must have, by name, each with its accepted values. */
export type Pins = Readonly<Record<string, OneOrMore<string>>>;

export const pinSchema: MemberSchemas<{ readonly pin?: Pins }> = {
  pin: z
    .record(text, textsOrOne)
    .refine((pins) => Object.keys(pins).length > 0, 'expected at least one claim')
    .meta({
      description:
        'Claims with a fixed value: the claim of that name must be one of these strings, or a list that has one of them.',
      minProperties: 1,
    })
    .exactOptional(),
};

/** Each claim stays pinned, to no other values. */
const samePins: Comparison<Pins> = (before = {}, after = {}, options) => {
  const weaker = Object.entries(before).flatMap(([claim, values]) => {
    const shown = JSON.stringify(claim);
    if (!Object.hasOwn(after, claim)) return [`the claim ${shown} is not pinned any more`];
    const found = subset<string>([])(values, after[claim], options);
    return found === undefined ? [] : [`${shown}: ${found}`];
  });
  return weaker.length === 0 ? undefined : weaker.join('; ');
};

export const pinStrictness: Strictness<{ readonly pin?: Pins }> = { pin: samePins };

/**
 * A factory's option `claims`: the application's schema, if any, behind a check of the pins. The pins
 * are read first, because a schema may write into the payload; the output is the schema's.
 */
export function claimsWithPins(
  pins: Pins | undefined,
  claims: StandardSchemaV1 | undefined,
): { readonly claims?: StandardSchemaV1 } {
  if (pins === undefined) return claims === undefined ? {} : { claims };
  const values = new Map(Object.entries(pins).map(([name, value]) => [name, [value].flat()]));
  const findWrong = (payload: JsonObject): string | undefined =>
    [...values].find(([name, accepted]) => !hasOneOf(payload, name, accepted))?.[0];
  const validate: StandardSchemaV1.Props['validate'] = (payload) => {
    const wrong = findWrong(payload as JsonObject);
    if (wrong !== undefined) {
      return { issues: [{ message: 'a pinned claim has another value', path: [wrong] }] };
    }
    return claims === undefined ? { value: payload } : claims['~standard'].validate(payload);
  };
  const hasSchema = claims !== undefined;
  const pinned: { readonly pins: PinnedClaims } = { pins: { values, hasSchema, findWrong } };
  return { claims: { ...pinned, '~standard': { version: 1, vendor: 'grpc-authn', validate } } };
}

/** Own members only: `__proto__` and `constructor` are claim names like any other. */
function hasOneOf(payload: JsonObject, name: string, values: readonly string[]): boolean {
  const claim = Object.hasOwn(payload, name) ? payload[name] : undefined;
  const members: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return members.some((member) => typeof member === 'string' && values.includes(member));
}
