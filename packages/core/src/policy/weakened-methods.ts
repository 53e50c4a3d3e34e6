import type { Authenticator } from '../contract/authenticator.ts';
import { ConfigError } from '../errors/config-error.ts';
import { type Policy, rulesOf } from './checked-policy.ts';
import { implies } from './implies.ts';
import { ruleNode, type Rule } from './rule.ts';
import { authenticated } from './rules.ts';

/**
 * The methods, and patterns of methods, to which one policy lets callers through whom the other would
 * not. No policy is one that lets every verified caller through. A second opinion counts as the same
 * where its name is the same: whom it asks is for the authenticators to say, not for a rule.
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
  if (rules === undefined) throw new ConfigError('wanted a policy of definePolicy()');
  return rules.map(({ method }) => method);
}

function ruleFor(policy: Policy | undefined, path: string): Rule {
  return policy?.ruleFor(path) ?? authenticated();
}

/** A method that the pattern alone names: no .proto can call one so. */
function exampleOf(pattern: string): string {
  return pattern === '*' ? '/*/*' : `/${pattern}`;
}

function haveOneName(one: Authenticator<object>, other: Authenticator<object>): boolean {
  return one.name === other.name;
}
