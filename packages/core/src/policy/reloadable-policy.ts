import {
  CheckedPolicy,
  ListedPolicy,
  type NamedRule,
  namesMethod,
  type Policy,
  rulesOf,
} from './checked-policy.ts';
import type { Rule } from './rule.ts';
import { authenticated } from './rules.ts';

/** What applies without a policy: every method needs a verified caller. */
export function anyCallerPolicy(): Policy {
  return new CheckedPolicy({
    exact: new Map(),
    byService: new Map(),
    otherwise: { rule: authenticated(), source: 'otherwise', key: 'otherwise' },
    known: new Set(),
  });
}

/** A policy that follows reloads: each question goes to the policy that `current` returns. */
export function reloadablePolicy(current: () => Policy): Policy {
  return new ReloadablePolicy(current);
}

class ReloadablePolicy extends ListedPolicy {
  readonly #current: () => Policy;

  constructor(current: () => Policy) {
    super();
    this.#current = current;
  }

  ruleFor(method: string): Rule {
    return this.#current().ruleFor(method);
  }

  table(): ReturnType<Policy['table']> {
    return this.#current().table();
  }

  names(method: string): boolean {
    return namesMethod(this.#current(), method);
  }

  rules(): readonly NamedRule[] | undefined {
    return rulesOf(this.#current());
  }
}
