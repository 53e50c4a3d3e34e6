import { ReloadablePolicy } from './reloadable-policy.ts';
import type { Rule } from './rule.ts';

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

export interface Entry {
  readonly rule: Rule;
  readonly source: RuleSource;
}

/** Every rule of a policy that definePolicy made; undefined for another's, and for none. */
export function rulesOf(
  policy: Policy | undefined,
): readonly { readonly method: string; readonly rule: Rule }[] | undefined {
  if (policy instanceof ReloadablePolicy) return rulesOf(policy.current);
  return policy instanceof CheckedPolicy ? policy.rules() : undefined;
}

/** What definePolicy makes. */
export class CheckedPolicy implements Policy {
  readonly #exact: ReadonlyMap<string, Entry>;
  readonly #byService: ReadonlyMap<string, Entry>;
  readonly #otherwise: Entry;
  readonly #known: ReadonlySet<string>;

  constructor(
    exact: ReadonlyMap<string, Entry>,
    byService: ReadonlyMap<string, Entry>,
    otherwise: Entry,
    known: ReadonlySet<string> = new Set(),
  ) {
    this.#known = known;
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
      // Each by its name, so that a method that is new shows in the diff.
      ...[...this.#known]
        .filter((path) => !this.#exact.has(path) && this.#wildcardFor(path) === undefined)
        .map((path) => row(path.slice(1), this.#otherwise)),
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
