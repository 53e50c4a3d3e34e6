import { ConfigError } from '../errors/config-error.ts';
import {
  checkOptionNames,
  describeValue,
  nearestName,
  wrongOption,
} from '../errors/option-checks.ts';
import { rulesOfDescriptorSet } from './descriptor-rules.ts';
import { implies } from './implies.ts';
import { type ProtoRules, rulesOfDefinitions } from './loader-rules.ts';
import { INFRASTRUCTURE, parsePattern, pathOf } from './method-pattern.ts';
import { nodeOf, type Rule } from './rule.ts';
import { denyAll } from './rules.ts';
import type { ServiceLike } from './rules-for.ts';

export type RuleSource = 'code' | 'proto' | 'otherwise';

/** Which rule stands for which method. */
export interface Policy {
  /** `method` as grpc-js has it: '/pkg.Service/Method'. */
  ruleFor(method: string): Rule;
  /** For a review, or the diff of a CI: every known method, or pattern, and whence its rule comes. */
  table(): readonly {
    readonly method: string;
    readonly rule: string;
    readonly source: RuleSource;
  }[];
}

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

interface Entry {
  readonly rule: Rule;
  readonly source: RuleSource;
}

/** Every rule of a policy that definePolicy made; undefined for another's. */
export function rulesOf(
  policy: Policy,
): readonly { readonly method: string; readonly rule: Rule }[] | undefined {
  return policy instanceof CheckedPolicy ? policy.rules() : undefined;
}

class CheckedPolicy implements Policy {
  readonly #exact: ReadonlyMap<string, Entry>;
  readonly #byService: ReadonlyMap<string, Entry>;
  readonly #otherwise: Entry;

  constructor(
    exact: ReadonlyMap<string, Entry>,
    byService: ReadonlyMap<string, Entry>,
    otherwise: Entry,
  ) {
    this.#exact = exact;
    this.#byService = byService;
    this.#otherwise = otherwise;
  }

  ruleFor(method: string): Rule {
    return (this.#exact.get(method) ?? this.#wildcardFor(method) ?? this.#otherwise).rule;
  }

  table(): ReturnType<Policy['table']> {
    const row = (method: string, { rule, source }: Entry): ReturnType<Policy['table']>[number] => ({
      method,
      rule: rule.description,
      source,
    });
    const rows = [
      ...[...this.#exact].map(([path, entry]) => row(path.slice(1), entry)),
      ...[...this.#byService].map(([service, entry]) => row(`${service}/*`, entry)),
    ];
    rows.sort((a, b) => (a.method < b.method ? -1 : 1));
    return [...rows, row('*', this.#otherwise)];
  }

  rules(): readonly { readonly method: string; readonly rule: Rule }[] {
    return [
      ...[...this.#exact].map(([path, { rule }]) => ({ method: path.slice(1), rule })),
      ...[...this.#byService].map(([service, { rule }]) => ({ method: `${service}/*`, rule })),
      { method: '*', rule: this.#otherwise.rule },
    ];
  }

  #wildcardFor(method: string): Entry | undefined {
    return this.#byService.get(method.slice(1, method.lastIndexOf('/')));
  }
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
  const problems: string[] = [];
  const code = readRules(options.rules, problems);
  const proto = readProto(services, descriptorSet, problems);
  checkOtherwise(otherwise, services !== undefined || descriptorSet !== undefined, problems);
  const known = knownMethods(services, proto.paths);
  const exact = new Map<string, Entry>();
  for (const [path, rule] of proto.exact) exact.set(path, { rule, source: 'proto' });
  for (const [path, rule] of code.exact) exact.set(path, { rule, source: 'code' });
  const byService = new Map<string, Entry>();
  for (const [service, rule] of proto.byService) byService.set(service, { rule, source: 'proto' });
  for (const [service, rule] of code.byService) byService.set(service, { rule, source: 'code' });
  const policy = new CheckedPolicy(exact, byService, { rule: otherwise, source: 'otherwise' });
  if (known !== undefined && problems.length === 0) {
    checkNames(code, known, problems);
    checkCovered(policy, otherwise, known, problems);
    checkWeakened(policy, proto, known, problems);
  }
  if (problems.length > 0) throw new ConfigError(`definePolicy:\n- ${problems.join('\n- ')}`);
  return policy;
}

interface Rules {
  readonly exact: ReadonlyMap<string, Rule>;
  readonly byService: ReadonlyMap<string, Rule>;
}

function readRules(rules: Readonly<Record<string, Rule>>, problems: string[]): Rules {
  const exact = new Map<string, Rule>();
  const byService = new Map<string, Rule>();
  for (const [key, rule] of Object.entries(rules)) {
    try {
      nodeOf(rule, `rule ${JSON.stringify(key)}`);
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
  const { kind } = nodeOf(otherwise, 'otherwise');
  if (['public', 'anonymous', 'dry_run', 'override'].includes(kind)) {
    problems.push(`otherwise: came ${otherwise.description}; wanted a rule for verified callers`);
  } else if (!methodsKnown && kind !== 'deny') {
    problems.push(
      'otherwise: without services it must be denyAll(), or a misspelt rule opens a method',
    );
  }
}

function knownMethods(
  services: readonly ServiceLike[] | undefined,
  described: readonly string[],
): ReadonlySet<string> | undefined {
  if (services === undefined && described.length === 0) return undefined;
  const defined = (services ?? []).flatMap((service) => Object.values(service));
  return new Set([...defined.map(({ path }) => path), ...described]);
}

function checkNames(code: Rules, known: ReadonlySet<string>, problems: string[]): void {
  const methods = [...known, ...INFRASTRUCTURE];
  const services = new Set(methods.map((path) => path.slice(1, path.lastIndexOf('/'))));
  const candidates = [
    ...methods.map((path) => path.slice(1)),
    ...[...services].map((s) => `${s}/*`),
  ];
  const names = [
    ...[...code.exact.keys()]
      .filter((path) => !methods.includes(path))
      .map((path) => path.slice(1)),
    ...[...code.byService.keys()].filter((name) => !services.has(name)).map((name) => `${name}/*`),
  ];
  for (const name of names) {
    const near = nearestName(name, candidates);
    const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
    problems.push(`rule ${JSON.stringify(name)}: there is no such method${hint}`);
  }
}

/** A method that nobody thought of is better told at start-up than by its callers. */
function checkCovered(
  policy: Policy,
  otherwise: Rule,
  known: ReadonlySet<string>,
  problems: string[],
): void {
  if (nodeOf(otherwise, 'otherwise').kind !== 'deny') return;
  const rows = new Map(policy.table().map(({ method, source }) => [method, source]));
  for (const path of known) {
    const named = path.slice(1);
    const wildcard = named.replace(/\/[^/]*$/, '/*');
    if (rows.has(named) || rows.has(wildcard)) continue;
    problems.push(`${path}: no rule names it, so it is denied; say denyAll() where that is meant`);
  }
}

/** What the .proto asks for is what its readers rely on. */
function checkWeakened(
  policy: Policy,
  proto: Rules,
  known: ReadonlySet<string>,
  problems: string[],
): void {
  for (const path of known) {
    const service = path.slice(1, path.lastIndexOf('/'));
    const written = proto.exact.get(path) ?? proto.byService.get(service);
    const effective = policy.ruleFor(path);
    if (written === undefined || written === effective) continue;
    const node = nodeOf(effective, path);
    if (node.kind === 'override' || implies(node, nodeOf(written, path))) continue;
    problems.push(
      `${path}: the rule "${effective.description}" weakens "${written.description}" of the .proto; ` +
        'say override(…) where that is meant',
    );
  }
}
