import type { Authenticator } from '../contract/authenticator.ts';
import type { JsonValue } from '../contract/json.ts';
import { ConfigError } from '../errors/config-error.ts';
import { describeValue } from '../errors/option-checks.ts';

/** Who may call a method. Only the functions of this package make one; another object is a ConfigError. */
export interface Rule {
  /** For tables, records and reviews. */
  readonly description: string;
}

export type ClaimPredicate = (value: JsonValue | undefined) => boolean;

/** What a rule asks for. */
export type RuleNode =
  | { readonly kind: 'public' }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'scopes'; readonly all: readonly string[] }
  | { readonly kind: 'any_scope'; readonly any: readonly string[] }
  | {
      readonly kind: 'claim';
      readonly path: readonly string[];
      readonly expected: JsonValue | ClaimPredicate;
    }
  | { readonly kind: 'confirmed'; readonly by: Authenticator<object> }
  | { readonly kind: 'all'; readonly of: readonly RuleNode[] }
  | { readonly kind: 'any'; readonly of: readonly RuleNode[] }
  | { readonly kind: 'override'; readonly rule: RuleNode }
  | { readonly kind: 'dry_run'; readonly rule: RuleNode; readonly untilMs: number };

/** A private field marks rules that were checked when they were made. */
class CheckedRule implements Rule {
  readonly description: string;
  readonly #node: RuleNode;

  constructor(description: string, node: RuleNode) {
    this.description = description;
    this.#node = node;
    Object.freeze(this);
  }

  static read(rule: unknown): RuleNode | undefined {
    return typeof rule === 'object' && rule !== null && #node in rule ? rule.#node : undefined;
  }
}

export function makeRule(description: string, node: RuleNode): Rule {
  return new CheckedRule(description, node);
}

/** Whether one of our functions made it. */
export function isRule(rule: unknown): rule is Rule {
  return CheckedRule.read(rule) !== undefined;
}

/** What is wrong with a value that is not a rule. */
export function notARule(received: unknown): string {
  return `expected a rule such as requireScopes('orders:read'), received ${describeValue(received)}`;
}

/** @throws ConfigError for a value that none of our functions made; `path` says where it is. */
export function ruleNode(rule: unknown, path: string): RuleNode {
  const node = CheckedRule.read(rule);
  if (node !== undefined) return node;
  throw new ConfigError([{ path, message: notARule(rule) }]);
}

/** As ruleNode, without the override() around it, which matters at start-up only. */
export function effectiveRule(rule: unknown, path: string): RuleNode {
  const node = ruleNode(rule, path);
  return node.kind === 'override' ? node.rule : node;
}
