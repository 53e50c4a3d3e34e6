import { ConfigError } from '../errors/config-error.ts';
import { checkOptionNames, describeValue, wrongOption } from '../errors/option-checks.ts';
import { CheckedPolicy, type Entry, type Policy } from './checked-policy.ts';
import { rulesOfDescriptorSet } from './descriptor-rules.ts';
import {
  checkCovered,
  checkNames,
  checkServices,
  checkWeakened,
  knownMethods,
  type Rules,
} from './known-methods.ts';
import { type ProtoRules, rulesOfDefinitions } from './loader-rules.ts';
import { parsePattern, pathOf } from './method-pattern.ts';
import { ruleNode, type Rule } from './rule.ts';
import { denyAll } from './rules.ts';
import type { ServiceLike } from './rules-for.ts';

export interface PolicyOptions {
  /** The definitions of the services that the server has. Given them, everything is checked at start-up. */
  readonly services?: readonly ServiceLike[];
  /** A FileDescriptorSet, for rules written in the .proto. */
  readonly descriptorSet?: Uint8Array;
  /** By 'pkg.Service/Method' or 'pkg.Service/*'. */
  readonly rules: Readonly<Record<string, Rule>>;
  /** For methods that no rule names: denyAll() unless said, and never anonymous. */
  readonly otherwise?: Rule;
}

/**
 * A policy: which rule stands for which method. Exact beats wildcard, code beats .proto at equal
 * precision, and a rule in code that weakens one of the .proto says so with override().
 *
 * @throws ConfigError listing everything that is wrong at once: a rule that names no method, a method
 * that no rule names while `otherwise` denies, a rule that is none, an option of a .proto that was
 * lost, misspelt or shadowed.
 * @example
 * definePolicy({
 *   services: [Orders.service],
 *   rules: { ...rulesFor(Orders.service, { List: requireScopes('orders:read') }), ...healthAndReflection() },
 * })
 */
export function definePolicy(options: PolicyOptions): Policy {
  checkOptionNames('definePolicy', options, ['services', 'descriptorSet', 'rules', 'otherwise']);
  const { services, descriptorSet, otherwise = denyAll() } = options;
  if (typeof options.rules !== 'object' || options.rules === null) {
    throw wrongOption('rules', describeValue(options.rules), 'rules by method');
  }
  if (services !== undefined) checkServices(services);
  const problems: string[] = [];
  const code = readRules(options.rules, problems);
  const proto = readProto(services, descriptorSet, problems);
  const known = knownMethods(services, proto.paths);
  checkOtherwise(otherwise, known !== undefined, problems);
  const exact = new Map<string, Entry>();
  for (const [path, rule] of proto.exact) exact.set(path, { rule, source: 'proto' });
  for (const [path, rule] of code.exact) exact.set(path, { rule, source: 'code' });
  const byService = new Map<string, Entry>();
  for (const [service, rule] of proto.byService) byService.set(service, { rule, source: 'proto' });
  for (const [service, rule] of code.byService) byService.set(service, { rule, source: 'code' });
  const policy = new CheckedPolicy(
    exact,
    byService,
    { rule: otherwise, source: 'otherwise' },
    known,
  );
  if (known !== undefined) {
    checkNames(code, known, problems);
    checkCovered(policy, otherwise, known, problems);
    checkWeakened(policy, proto, known, problems);
  }
  if (problems.length > 0) throw new ConfigError(`definePolicy:\n- ${problems.join('\n- ')}`);
  return policy;
}

function readRules(rules: Readonly<Record<string, Rule>>, problems: string[]): Rules {
  const exact = new Map<string, Rule>();
  const byService = new Map<string, Rule>();
  for (const [key, rule] of Object.entries(rules)) {
    try {
      ruleNode(rule, `rule ${JSON.stringify(key)}`);
      const pattern = parsePattern(key);
      const isWildcard = pattern.method === '*';
      const [map, name] = isWildcard ? [byService, pattern.service] : [exact, pathOf(pattern)];
      if (map.has(name))
        problems.push(`rule ${JSON.stringify(key)}: there are two for this method`);
      map.set(name, rule);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
    }
  }
  return { exact, byService };
}

function readProto(
  services: readonly ServiceLike[] | undefined,
  descriptorSet: Uint8Array | undefined,
  problems: string[],
): Rules & { readonly paths: readonly string[] } {
  const loaded = rulesOfDefinitions(services ?? []);
  problems.push(...loaded.problems);
  if (descriptorSet === undefined) return { ...loaded, paths: [] };
  const described: ProtoRules & { readonly paths: readonly string[] } =
    rulesOfDescriptorSet(descriptorSet);
  problems.push(...described.problems);
  for (const [path, rule] of loaded.exact) {
    const other = described.exact.get(path)?.description ?? 'none';
    if (other !== rule.description) {
      problems.push(
        `${path}: the definition says "${rule.description}", the descriptor set "${other}"`,
      );
    }
  }
  return described;
}

function checkOtherwise(otherwise: Rule, methodsKnown: boolean, problems: string[]): void {
  const { kind } = ruleNode(otherwise, 'otherwise');
  if (['public', 'anonymous', 'dry_run', 'override'].includes(kind)) {
    problems.push(`otherwise: came ${otherwise.description}; wanted a rule for verified callers`);
  } else if (!methodsKnown && kind !== 'deny') {
    problems.push(
      'otherwise: without services it must be denyAll(), or a misspelt rule opens a method',
    );
  }
}
