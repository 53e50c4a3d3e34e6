import type { JsonObject, OneOrMore } from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as z from 'zod';
import { ownMember } from '../compact/json-object.ts';
import type { Shape } from './sections.ts';
import { checkSharedIssuer, type IssuedTo } from './shared-issuers.ts';
import { text, textsOrOne } from './values.ts';

/** Claims that a token must have, by name, each with the texts of which it must be one. */
export type Pins = Readonly<Record<string, OneOrMore<string>>>;

export const pinShape: Shape<{ readonly pin?: Pins }> = {
  pin: z
    .record(text, textsOrOne)
    .refine((pins) => Object.keys(pins).length > 0, 'wanted at least one claim')
    .meta({
      description:
        'Claims with a fixed value: the claim of that name must be one of these texts, or a list that has one of them.',
      minProperties: 1,
    })
    .exactOptional(),
};

/**
 * What an adapter hands on to its factory: its options, with their pins as a schema in front of the one
 * that came, if any.
 *
 * @throws ConfigError for an issuer that the world shares, and no claim that tells one's own callers.
 */
export function withPins<O extends IssuedTo>(
  pinned: O,
  claims: StandardSchemaV1 | undefined,
): Omit<O, 'pin'> & { readonly claims?: StandardSchemaV1 } {
  checkSharedIssuer(pinned);
  const { pin, ...options } = pinned;
  return { ...options, ...claimsWithPins(pin, claims) };
}

/**
 * The option `claims` of a factory: the schema that came, if any, behind a check of the pins. The pins
 * are read first, since a schema may write into the payload; the output stays that of the schema.
 */
export function claimsWithPins(
  pins: Pins | undefined,
  claims: StandardSchemaV1 | undefined,
): { readonly claims?: StandardSchemaV1 } {
  if (pins === undefined) return claims === undefined ? {} : { claims };
  const wanted = Object.entries(pins).map(([name, value]) => [name, [value].flat()] as const);
  const validate: StandardSchemaV1.Props['validate'] = (payload) => {
    const held = wanted.every(([name, values]) => holdsOneOf(payload as JsonObject, name, values));
    if (!held) return { issues: [{ message: 'a pinned claim has another value' }] };
    return claims === undefined ? { value: payload } : claims['~standard'].validate(payload);
  };
  return { claims: { '~standard': { version: 1, vendor: 'grpc-authn', validate } } };
}

function holdsOneOf(payload: JsonObject, name: string, values: readonly string[]): boolean {
  const claim = ownMember(payload, name);
  const members: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return members.some((member) => typeof member === 'string' && values.includes(member));
}
