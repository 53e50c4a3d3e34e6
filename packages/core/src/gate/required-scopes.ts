import type { RuleNode } from '../policy/rule.ts';

/**
 * The scopes that a caller needs to pass the rule, if it says so unambiguously: requireScopes(), also
 * inside requireAll(). Empty if there are alternatives.
 */
export function requiredScopesOf(rule: RuleNode): readonly string[] {
  return [...new Set(scopesOf(rule) ?? [])];
}

/** undefined if the rule has alternatives. */
function scopesOf(rule: RuleNode): readonly string[] | undefined {
  switch (rule.kind) {
    case 'scopes':
      return rule.all;
    case 'any_scope':
      return rule.any.length === 1 ? rule.any : undefined;
    case 'all': {
      const parts = rule.of.map(scopesOf);
      return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
    }
    case 'override':
    case 'dry_run':
      return scopesOf(rule.rule);
    case 'any':
      return undefined;
    case 'public':
    case 'anonymous':
    case 'authenticated':
    case 'deny':
    case 'claim':
    case 'confirmed':
      return [];
  }
}
