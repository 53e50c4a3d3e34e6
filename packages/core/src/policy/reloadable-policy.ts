import type { Policy } from './checked-policy.ts';
import type { Rule } from './rule.ts';

/** A policy that is replaced at each reload of a config. */
export class ReloadablePolicy implements Policy {
  readonly #current: () => Policy;

  constructor(current: () => Policy) {
    this.#current = current;
  }

  /** What ruleFor and table read now. */
  get current(): Policy {
    return this.#current();
  }

  ruleFor(method: string): Rule {
    return this.#current().ruleFor(method);
  }

  table(): ReturnType<Policy['table']> {
    return this.#current().table();
  }
}

/** `current` is read for each call. */
export function reloadablePolicy(current: () => Policy): Policy {
  return new ReloadablePolicy(current);
}
