import type { Rule } from './rule.ts';
import { serviceOfPath } from './service-definition.ts';

export type RuleSource = 'code' | 'proto' | 'otherwise';

/** Which rule applies to which method. */
export interface Policy {
  /** `method` as grpc-js has it: '/pkg.Service/Method'. */
  ruleFor(method: string): Rule;
  /**
   * Every known method with its rule and the source of the rule, for a review or a diff in CI. A pattern
   * has a row of its own where none of its methods is known; the last row, '*', is for all others.
   */
  table(): readonly {
    readonly method: string;
    readonly rule: string;
    readonly source: RuleSource;
  }[];
}

/** A rule in a policy. `key` is what names it in code: 'pkg.Service/Method' or 'pkg.Service/*'. */
export interface Entry {
  readonly rule: Rule;
  readonly source: RuleSource;
  readonly key: string;
}

/** What a policy is made of: entries by path, and by service for its other methods. */
export interface PolicyEntries {
  readonly exact: ReadonlyMap<string, Entry>;
  readonly byService: ReadonlyMap<string, Entry>;
  readonly otherwise: Entry;
  /** The paths of all known methods. */
  readonly known: ReadonlySet<string>;
}

/** A rule of a policy, by 'pkg.Service/Method', 'pkg.Service/*' or '*'. */
export interface NamedRule {
  readonly method: string;
  readonly rule: Rule;
}

/** A policy that may list its rules: of definePolicy, or one that follows reloads. */
export abstract class ListedPolicy implements Policy {
  abstract ruleFor(method: string): Rule;
  abstract table(): ReturnType<Policy['table']>;
  /** True if a rule or a service names the method itself, not only a pattern. */
  abstract names(method: string): boolean;
  abstract rules(): readonly NamedRule[] | undefined;
}

/** Every rule of a policy; undefined for none, and for one that somebody else made. */
export function rulesOf(policy: Policy | undefined): readonly NamedRule[] | undefined {
  return policy instanceof ListedPolicy ? policy.rules() : undefined;
}

/** True if the policy names this method: a caller may make up the name of any other. */
export function namesMethod(policy: Policy | undefined, method: string): boolean {
  return policy instanceof ListedPolicy && policy.names(method);
}

/** What definePolicy makes. */
export class CheckedPolicy extends ListedPolicy {
  readonly #exact: ReadonlyMap<string, Entry>;
  readonly #byService: ReadonlyMap<string, Entry>;
  readonly #otherwise: Entry;
  readonly #known: ReadonlySet<string>;

  constructor({ exact, byService, otherwise, known }: PolicyEntries) {
    super();
    this.#exact = exact;
    this.#byService = byService;
    this.#otherwise = otherwise;
    this.#known = known;
  }

  ruleFor(method: string): Rule {
    return this.entryFor(method).rule;
  }

  entryFor(method: string): Entry {
    return this.#exact.get(method) ?? this.#byService.get(serviceOfPath(method)) ?? this.#otherwise;
  }

  names(method: string): boolean {
    return this.#exact.has(method) || this.#known.has(method);
  }

  table(): ReturnType<Policy['table']> {
    const row = (method: string, { rule, source }: Entry): ReturnType<Policy['table']>[number] => ({
      method,
      rule: rule.description,
      source,
    });
    const services = new Set([...this.#known].map(serviceOfPath));
    const rows = [
      // Each method by its name, so that a new one shows in the diff.
      ...[...new Set([...this.#exact.keys(), ...this.#known])].map((path) =>
        row(path.slice(1), this.entryFor(path)),
      ),
      ...[...this.#byService]
        .filter(([service]) => !services.has(service))
        .map(([service, entry]) => row(`${service}/*`, entry)),
    ];
    rows.sort((a, b) => (a.method < b.method ? -1 : 1));
    return [...rows, row('*', this.#otherwise)];
  }

  rules(): readonly NamedRule[] {
    return [
      ...[...this.#exact].map(([path, { rule }]) => ({ method: path.slice(1), rule })),
      ...[...this.#byService].map(([service, { rule }]) => ({ method: `${service}/*`, rule })),
      { method: '*', rule: this.#otherwise.rule },
    ];
  }
}
