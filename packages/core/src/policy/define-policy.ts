import type { DescribedService } from './described-service.ts';
import { describeValue } from '../errors/option-checks.ts';
import { CheckedPolicy, type Entry, type Policy } from './checked-policy.ts';
import { checkCovered, checkHiddenDefaults, checkNames, checkWeakened } from './known-methods.ts';
import { parsePattern, pathOf } from './method-pattern.ts';
import { type PolicyOptions, type PolicyPart, readPolicyInput } from './policy-input.ts';
import { PolicyProblems } from './policy-problems.ts';
import { type DefinedServices, readProtoRules } from './proto-rules.ts';
import { isRule, notARule, type Rule, ruleNode } from './rule.ts';
import { denyAll } from './rules.ts';
import type { BoundRule } from './rules-for.ts';
import type { ServiceLike } from './service-definition.ts';

/**
 * Creates a policy: which rule applies to which method. A method rule beats a service rule; if both are
 * equally specific, code beats the .proto. A rule in code that weakens one of the .proto needs override().
 *
 * Services are given with their rules, by method name; other rules by 'package.Service/Method'. Methods
 * that no rule names are an error. The form with options adds `otherwise`, which allows such methods,
 * `descriptorSet` and `serviceDefaults`.
 *
 * @throws ConfigError whose `problems` list everything that is wrong: a rule for a method that does not
 * exist, a method that no rule names, a value that is not a rule, an option of a .proto that is lost,
 * misspelt or shadowed. `path` is the rule's key, or the option.
 * @example
 * definePolicy([Orders.service, { List: requireScopes('orders:read') }], healthChecks())
 * @example
 * definePolicy({ services: [Orders.service], descriptorSet, rules: {}, otherwise: authenticated() })
 */
export function definePolicy(options: PolicyOptions): Policy;
export function definePolicy(
  first:
    | readonly [ServiceLike | DescribedService, Readonly<Record<string, Rule>>]
    | Readonly<Record<string, Rule>>,
  ...others: readonly (
    | readonly [ServiceLike | DescribedService, Readonly<Record<string, Rule>>]
    | Readonly<Record<string, Rule>>
  )[]
): Policy;
export function definePolicy(...args: readonly (PolicyOptions | PolicyPart)[]): Policy {
  const problems = new PolicyProblems('definePolicy');
  const input = readPolicyInput(args, problems);
  const code = readRules(input.rules, problems);
  const otherwise = readOtherwise(input.otherwise, problems);
  const defined = readProtoRules(input.services, input.descriptorSet, problems);
  const policy = new CheckedPolicy({
    exact: new Map([...entriesOf(defined.exact), ...code.exact]),
    byService: new Map([...entriesOf(defined.byService), ...code.byService]),
    otherwise: { rule: otherwise ?? denyAll(), source: 'otherwise', key: 'otherwise' },
    known: defined.paths,
  });
  checkServiceDefaults(input.serviceDefaults, defined, otherwise, problems);
  if (input.isComplete) check(policy, code.keys, defined, otherwise, problems);
  problems.check();
  return policy;
}

interface CodeRules {
  readonly exact: ReadonlyMap<string, Entry>;
  readonly byService: ReadonlyMap<string, Entry>;
  readonly keys: readonly string[];
}

function readRules(rules: readonly BoundRule[], problems: PolicyProblems): CodeRules {
  const exact = new Map<string, Entry>();
  const byService = new Map<string, Entry>();
  const keys: string[] = [];
  for (const [key, rule] of rules) {
    const pattern = parsePattern(key);
    if (pattern === undefined) {
      const expected = "expected 'package.Service/Method' or 'package.Service/*'";
      problems.add(key, `${expected}, received ${JSON.stringify(key)}`);
    } else if (!isRule(rule)) {
      problems.add(key, notARule(rule));
    } else {
      const isWildcard = pattern.method === '*';
      const [map, name] = isWildcard ? [byService, pattern.service] : [exact, pathOf(pattern)];
      if (map.has(name)) problems.add(key, 'there are two rules for this method');
      map.set(name, { rule, source: 'code', key });
      keys.push(key);
    }
  }
  return { exact, byService, keys };
}

/** Undefined where it is wrong: then nothing that depends on it is checked. */
function readOtherwise(given: unknown, problems: PolicyProblems): Rule | undefined {
  if (given === undefined) return denyAll();
  if (!isRule(given)) {
    problems.add('otherwise', notARule(given));
    return undefined;
  }
  const { kind } = ruleNode(given, 'otherwise');
  if (!['public', 'anonymous', 'dry_run', 'override'].includes(kind)) return given;
  problems.add('otherwise', `expected a rule for verified callers, received ${given.description}`);
  return undefined;
}

function entriesOf(rules: ReadonlyMap<string, Rule>): readonly (readonly [string, Entry])[] {
  return [...rules].map(([name, rule]) => {
    const key = name.startsWith('/') ? name.slice(1) : `${name}/*`;
    return [name, { rule, source: 'proto', key }];
  });
}

function checkServiceDefaults(
  stated: unknown,
  defined: DefinedServices,
  otherwise: Rule | undefined,
  problems: PolicyProblems,
): void {
  const [described] = defined.byService.keys();
  if (stated === undefined) {
    if (otherwise !== undefined && !denies(otherwise)) checkHiddenDefaults(defined, problems);
  } else if (stated !== 'none') {
    problems.add('serviceDefaults', `expected 'none', received ${describeValue(stated)}`);
  } else if (described !== undefined) {
    problems.add(
      'serviceDefaults',
      `expected no default_rule, received one of ${described}. Remove this option`,
    );
  }
}

function check(
  policy: CheckedPolicy,
  keys: readonly string[],
  defined: DefinedServices,
  otherwise: Rule | undefined,
  problems: PolicyProblems,
): void {
  if (defined.paths.size > 0) {
    checkNames(keys, defined.paths, problems);
    if (otherwise !== undefined && denies(otherwise)) checkCovered(policy, defined, problems);
    checkWeakened(policy, defined, problems);
  } else if (otherwise !== undefined && !denies(otherwise)) {
    problems.add(
      'otherwise',
      `expected denyAll() where no services are given, received ${otherwise.description}: ` +
        'a misspelt rule would open a method',
    );
  }
}

function denies(rule: Rule): boolean {
  return ruleNode(rule, 'otherwise').kind === 'deny';
}
