import type { StandardSchemaV1 } from '@standard-schema/spec';
import { claimsWithPins } from './pins.ts';
import { checkSharedIssuer, type IssuedTo } from './shared-issuers.ts';

/**
 * What an adapter passes to its factory: its options, with the pins as a check in front of the
 * application's schema, if any.
 *
 * @throws ConfigError for an issuer that many organizations share, without a pin that identifies your
 * own callers.
 */
export function withPins<O extends IssuedTo>(
  pinned: O,
  claims: StandardSchemaV1 | undefined,
): Omit<O, 'pin'> & { readonly claims?: StandardSchemaV1 } {
  checkSharedIssuer(pinned);
  const { pin, ...options } = pinned;
  return { ...options, ...claimsWithPins(pin, claims) };
}
