import type { Rule } from './rule.ts';
import {
  allowAnonymous,
  authenticated,
  denyAll,
  publicMethod,
  requireAnyScope,
  requireScopes,
} from './rules.ts';

/** The option on an rpc, and its value's members (proto/grpc_authn/v1/rule.proto). */
export const METHOD_OPTION = 'grpc_authn.v1.rule';
export const SERVICE_OPTION = 'grpc_authn.v1.default_rule';

const FLAGS: Readonly<Record<string, () => Rule>> = {
  authenticated,
  allow_anonymous: allowAnonymous,
  public: publicMethod,
  deny: denyAll,
};

/** The rule that the option's value says, or what is wrong with it. */
export function readProtoRule(value: unknown): Rule | string {
  if (typeof value !== 'object' || value === null) return 'is no message';
  const members = Object.entries(value as Readonly<Record<string, unknown>>).map(
    ([name, member]) => [snakeCase(name), member] as const,
  );
  const unknown = members.find(([name]) => !isMember(name));
  if (unknown !== undefined) return `has no member ${JSON.stringify(unknown[0])}`;
  const set = members.filter(([, member]) => member !== false && !isEmptyList(member));
  const [first] = set;
  if (first === undefined || set.length > 1) return 'must say exactly one thing';
  const [name, member] = first;
  const flag = FLAGS[name];
  if (flag !== undefined) return member === true ? flag() : `has no flag as ${name}`;
  // proto-loader gives a repeated member that was written once as a single value.
  const scopes: readonly unknown[] = Array.isArray(member) ? member : [member];
  if (
    !scopes.every(
      (scope) => typeof scope === 'string' && scope.trim() !== '' && !scope.includes(' '),
    )
  ) {
    return `has something in ${name} that is no scope`;
  }
  const [scope = '', ...others] = scopes as readonly string[];
  return name === 'scopes' ? requireScopes(scope, ...others) : requireAnyScope(scope, ...others);
}

function isMember(name: string): boolean {
  return name === 'scopes' || name === 'any_scope' || Object.hasOwn(FLAGS, name);
}

function isEmptyList(member: unknown): boolean {
  return Array.isArray(member) && member.length === 0;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
