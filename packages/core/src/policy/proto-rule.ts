import type { Rule } from './rule.ts';
import {
  allowAnonymous,
  authenticated,
  denyAll,
  publicMethod,
  requireAnyScope,
  requireScopes,
} from './rules.ts';

/** The options on an rpc and on a service (proto/grpc_authn/v1/rule.proto). */
export const METHOD_OPTION = 'grpc_authn.v1.rule';
export const SERVICE_OPTION = 'grpc_authn.v1.default_rule';

/** Rules that are written in a .proto: by path, and by service for its other methods. */
export interface ProtoRules {
  readonly exact: ReadonlyMap<string, Rule>;
  readonly byService: ReadonlyMap<string, Rule>;
}

const FLAGS: Readonly<Record<string, () => Rule>> = {
  authenticated,
  allow_anonymous: allowAnonymous,
  public: publicMethod,
  deny: denyAll,
};

/** The rule that an option's value defines, or a text that says what is wrong with it. */
export function readProtoRule(value: unknown): Rule | string {
  if (typeof value !== 'object' || value === null) return 'is not a message';
  const members = Object.entries(value as Readonly<Record<string, unknown>>).map(
    ([name, member]) => [snakeCase(name), member] as const,
  );
  const unknown = members.find(([name]) => !isMember(name));
  if (unknown !== undefined) return `has no member ${JSON.stringify(unknown[0])}`;
  const set = members.filter(([, member]) => member !== false && !isEmptyList(member));
  const [first] = set;
  if (first === undefined || set.length > 1) return 'must set exactly one member';
  const [name, member] = first;
  const flag = FLAGS[name];
  if (flag !== undefined) return member === true ? flag() : `needs true or false for ${name}`;
  // proto-loader returns a repeated member that is written once as a single value.
  const scopes: readonly unknown[] = Array.isArray(member) ? member : [member];
  if (
    !scopes.every(
      (scope) => typeof scope === 'string' && scope.trim() !== '' && !scope.includes(' '),
    )
  ) {
    return `needs scopes in ${name}: non-empty text without spaces`;
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
