import { isDeepStrictEqual } from 'node:util';
import type { Authenticator } from '../contract/authenticator.ts';
import type { RuleNode } from './rule.ts';

/** Whether two confirmedBy() rules ask the same authenticator. */
type SameConfirmer = (one: Authenticator<object>, other: Authenticator<object>) => boolean;

/**
 * Whether `other` allows every caller that `rule` allows. False if this cannot be seen, so that such a
 * change counts as weakening.
 */
export function implies(
  rule: RuleNode,
  other: RuleNode,
  same: SameConfirmer = (one, two) => one === two,
): boolean {
  if (rule.kind === 'override') return implies(rule.rule, other, same);
  if (other.kind === 'override') return implies(rule, other.rule, same);
  if (other.kind === 'dry_run') {
    // From its date on the rule applies; a later date allows more callers until then.
    if (rule.kind !== 'dry_run') return implies(rule, other.rule, same);
    return rule.untilMs <= other.untilMs && implies(rule.rule, other.rule, same);
  }
  // A dry run requires only a verified caller.
  if (rule.kind === 'dry_run') return implies({ kind: 'authenticated' }, other, same);
  if (rule.kind === 'deny') return true;
  switch (other.kind) {
    case 'public':
      return true;
    case 'anonymous':
      return rule.kind !== 'public';
    case 'authenticated':
      return rule.kind !== 'public' && rule.kind !== 'anonymous';
    case 'deny':
      return false;
    case 'all':
      return other.of.every((part) => implies(rule, part, same));
    case 'any':
      if (other.of.some((part) => implies(rule, part, same))) return true;
      break;
    case 'scopes':
      if (other.all.length > 1) {
        return other.all.every((scope) => implies(rule, { kind: 'scopes', all: [scope] }, same));
      }
      break;
    case 'any_scope':
    case 'claim':
    case 'confirmed':
  }
  return partImplies(rule, other, same);
}

function partImplies(rule: RuleNode, other: RuleNode, same: SameConfirmer): boolean {
  switch (rule.kind) {
    case 'all':
      return rule.of.some((part) => implies(part, other, same));
    case 'any':
      return rule.of.every((part) => implies(part, other, same));
    case 'scopes':
      if (other.kind === 'scopes') return other.all.every((scope) => rule.all.includes(scope));
      return other.kind === 'any_scope' && other.any.some((scope) => rule.all.includes(scope));
    case 'any_scope':
      if (other.kind === 'any_scope') return rule.any.every((scope) => other.any.includes(scope));
      return other.kind === 'scopes' && rule.any.every((scope) => other.all.includes(scope));
    case 'claim':
      return other.kind === 'claim' && sameClaim(rule, other);
    case 'confirmed':
      return other.kind === 'confirmed' && same(rule.by, other.by);
    case 'public':
    case 'anonymous':
    case 'authenticated':
    case 'deny':
    case 'override':
    case 'dry_run':
      return false;
  }
}

function sameClaim(
  rule: Extract<RuleNode, { kind: 'claim' }>,
  other: Extract<RuleNode, { kind: 'claim' }>,
): boolean {
  return (
    isDeepStrictEqual(rule.path, other.path) && isDeepStrictEqual(rule.expected, other.expected)
  );
}

/** Whether the rule rejects every caller without certain scopes. Public methods have no caller. */
export function asksForScopes(rule: RuleNode): boolean {
  switch (rule.kind) {
    case 'public':
    case 'deny':
    case 'scopes':
    case 'any_scope':
      return true;
    case 'all':
      return rule.of.some(asksForScopes);
    case 'any':
      return rule.of.every(asksForScopes);
    case 'override':
      return asksForScopes(rule.rule);
    case 'anonymous':
    case 'authenticated':
    case 'claim':
    case 'confirmed':
    case 'dry_run':
      return false;
  }
}
