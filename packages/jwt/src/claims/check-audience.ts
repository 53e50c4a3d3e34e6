import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';

/** Which claim says for whom the token is, and what it may say. */
export interface AudienceRule {
  readonly claim: string;
  readonly values: readonly string[];
}

/**
 * The token's audience where one of its values is ours, exactly; undefined where it is not for us.
 * A copy: a schema may write into the payload.
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
