import { describeSecret, describeValue, wrongOption } from '../errors/option-checks.ts';
import type { DescriptorSet } from './descriptor-set.ts';
import { KnownNames, type PolicyProblems } from './policy-problems.ts';
import { isRule, type Rule } from './rule.ts';
import { bindRules, type BoundRule } from './rules-for.ts';
import { type AnyService, problemsOfService } from './service-definition.ts';

export interface PolicyOptions {
  /** The services of the server. Without them and `descriptorSet`, names of methods cannot be checked. */
  readonly services?: readonly AnyService[];
  /** The result of readDescriptorSet() (`@grpc-authn/core/descriptor-set`): has the defaults of services. */
  readonly descriptorSet?: DescriptorSet;
  /** Rules by 'package.Service/Method' or 'package.Service/*'. */
  readonly rules: Readonly<Record<string, Rule>>;
  /** The rule for methods that no rule names. Default denyAll(); never anonymous or public. */
  readonly otherwise?: Rule;
  /**
   * 'none' states that no service has a `default_rule`. Needed where `otherwise` allows callers and the
   * definitions do not show the defaults, as those of proto-loader do not. Default: not stated.
   */
  readonly serviceDefaults?: 'none';
}

/** A service with its rules, by method name or '*'; or rules by 'package.Service/Method'. */
export type PolicyPart =
  | readonly [AnyService, Readonly<Record<string, Rule>>]
  | Readonly<Record<string, Rule>>;

/** The arguments of definePolicy, in one form. */
export interface PolicyInput {
  readonly services: readonly AnyService[];
  readonly rules: readonly BoundRule[];
  readonly descriptorSet: unknown;
  readonly otherwise: unknown;
  readonly serviceDefaults: unknown;
  /** False if services or rules could not be read: a check for missing ones would report false problems. */
  readonly isComplete: boolean;
}

const OPTION_NAMES = ['services', 'descriptorSet', 'rules', 'otherwise', 'serviceDefaults'];

/** @throws ConfigError for an argument that is not an object. Everything else is added to the problems. */
export function readPolicyInput(args: readonly unknown[], problems: PolicyProblems): PolicyInput {
  const [first] = args;
  if (args.length <= 1 && isOptions(first)) return readOptions(first, problems);
  const parts = args.map((part, index) => readPart(part, `definePolicy[${index}]`, problems));
  const isComplete = problems.count === 0;
  const rules = parts.flatMap(({ service, rules: given }) =>
    service === undefined ? Object.entries(given) : bindRules(service, given, problems),
  );
  return {
    services: parts.flatMap(({ service }) => (service === undefined ? [] : [service])),
    rules,
    descriptorSet: undefined,
    otherwise: undefined,
    serviceDefaults: undefined,
    isComplete,
  };
}

/** Options have a known name; a record of rules has a key with a slash, or a rule as a value. */
function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) {
    throw wrongOption(
      'definePolicy',
      describeSecret(value),
      'options, or services with their rules',
    );
  }
  if (Array.isArray(value)) return false;
  if (OPTION_NAMES.some((name) => Object.hasOwn(value, name))) return true;
  return !Object.entries(value).some(([key, member]) => key.includes('/') || isRule(member));
}

function readOptions(
  options: Readonly<Record<string, unknown>>,
  problems: PolicyProblems,
): PolicyInput {
  const known = new KnownNames(OPTION_NAMES);
  for (const name of Object.keys(options)) {
    if (OPTION_NAMES.includes(name)) continue;
    problems.addUnknown(name, 'there is no such option', problems.nearest(name, known));
  }
  const { rules, descriptorSet, otherwise, serviceDefaults } = options;
  if (typeof rules !== 'object' || rules === null) {
    problems.add('rules', `expected rules by method, received ${describeValue(rules)}`);
  }
  const services = readServices(options['services'], problems);
  const isComplete = problems.count === 0;
  return {
    services,
    rules: Object.entries(rules ?? {}),
    descriptorSet,
    otherwise,
    serviceDefaults,
    isComplete,
  };
}

function readServices(services: unknown, problems: PolicyProblems): readonly AnyService[] {
  if (services === undefined) return [];
  if (!Array.isArray(services)) {
    problems.add(
      'services',
      `expected a list of service definitions, received ${describeValue(services)}`,
    );
    return [];
  }
  return services.filter((service, index): service is AnyService => {
    const found = problemsOfService(service, `services[${index}]`);
    problems.addAll(found);
    return found.length === 0;
  });
}

interface Part {
  readonly service: AnyService | undefined;
  readonly rules: object;
}

function readPart(part: unknown, path: string, problems: PolicyProblems): Part {
  if (!Array.isArray(part)) {
    if (typeof part === 'object' && part !== null) return { service: undefined, rules: part };
    problems.add(path, `expected [service, rules] or rules, received ${describeSecret(part)}`);
    return { service: undefined, rules: {} };
  }
  const [service, rules] = part as readonly unknown[];
  const found = problemsOfService(service, `${path}[0]`);
  problems.addAll(found);
  if (typeof rules !== 'object' || rules === null || part.length !== 2) {
    problems.add(path, `expected [service, rules], received ${describeValue(part)}`);
  } else if (found.length === 0) {
    return { service: service as AnyService, rules };
  }
  return { service: undefined, rules: {} };
}
