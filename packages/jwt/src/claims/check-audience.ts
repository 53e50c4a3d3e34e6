import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';

/** The claim that names the audience, and its accepted values. */
export interface AudienceRule {
  readonly claim: string;
  readonly values: readonly string[];
}

/**
 * Returns the token's audience if it contains one of the accepted values, else undefined. Returns a
 * copy, because a schema may modify the payload.
 */
export function matchAudience(
  payload: JsonObject,
  rule: AudienceRule,
): readonly string[] | undefined {
  const claim = ownMember(payload, rule.claim);
  const audience: readonly unknown[] = Array.isArray(claim) ? [...claim] : [claim];
  if (!audience.every((value) => typeof value === 'string')) return undefined;
  return audience.some((value) => rule.values.includes(value)) ? audience : undefined;
}
