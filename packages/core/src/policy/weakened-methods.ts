import type { Authenticator } from '../contract/authenticator.ts';
import { ConfigError } from '../errors/config-error.ts';
import { type Policy, rulesOf } from './checked-policy.ts';
import { implies } from './implies.ts';
import { ruleNode, type Rule } from './rule.ts';
import { authenticated } from './rules.ts';

/**
 * The methods, and patterns of methods, for which `after` allows callers that `before` rejects. No policy
 * allows every verified caller. Two confirmedBy() rules count as equal if their authenticators have the
 * same name: what changed in the authenticator is compared elsewhere.
 *
 * @throws ConfigError for a policy that definePolicy did not make.
 */
export function weakenedMethods(
  before: Policy | undefined,
  after: Policy | undefined,
): readonly string[] {
  const patterns = new Set([...patternsOf(before), ...patternsOf(after)]);
  return [...patterns].filter((pattern) => {
    const path = exampleOf(pattern);
    const [old, now] = [ruleFor(before, path), ruleFor(after, path)];
    return !implies(ruleNode(now, pattern), ruleNode(old, pattern), haveOneName);
  });
}

function patternsOf(policy: Policy | undefined): readonly string[] {
  if (policy === undefined) return ['*'];
  const rules = rulesOf(policy);
  if (rules === undefined) throw new ConfigError('expected a policy of definePolicy()');
  return rules.map(({ method }) => method);
}

function ruleFor(policy: Policy | undefined, path: string): Rule {
  return policy?.ruleFor(path) ?? authenticated();
}

/** A method that only this pattern matches: no .proto can have one of this name. */
function exampleOf(pattern: string): string {
  return pattern === '*' ? '/*/*' : `/${pattern}`;
}

function haveOneName(one: Authenticator<object>, other: Authenticator<object>): boolean {
  return one.name === other.name;
}
