import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors/config-error.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import type { Rule } from '../../src/policy/rule.ts';
import {
  authenticated,
  confirmedBy,
  denyAll,
  dryRun,
  override,
  publicMethod,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
} from '../../src/policy/rules.ts';

/** Calls without types, as JavaScript and config files make them. */
function loose(make: (...given: never[]) => Rule, ...given: readonly unknown[]): () => Rule {
  return () => make(...(given as never[]));
}

describe('a rule that would require nothing', () => {
  it.each<readonly [string, () => Rule]>([
    ['no scope', loose(requireScopes)],
    ['an empty scope', loose(requireScopes, '')],
    ['a blank scope', loose(requireScopes, '  ')],
    ['an empty scope among others', loose(requireScopes, 'a', '')],
    ['an undefined scope', loose(requireScopes, 'a', undefined)],
    ['a list where a scope belongs', loose(requireScopes, [])],
    ['two scopes in one text', loose(requireScopes, 'a b')],
    ['any of no scopes', loose(requireAnyScope)],
    ['any of an empty scope', loose(requireAnyScope, 'a', '')],
    ['any of a scope with a space', loose(requireAnyScope, 'a', 'b c')],
    ['any of an undefined scope', loose(requireAnyScope, undefined)],
    ['a claim without an expected value', loose(requireClaim, 'team')],
    ['a claim with an undefined value', loose(requireClaim, 'team', undefined)],
    ['a claim without a name', loose(requireClaim, '', 'a')],
    ['a claim with an empty path', loose(requireClaim, [], 'a')],
    ['a claim with a hole in its path', loose(requireClaim, ['a', ''], 'a')],
    ['all of no rules', loose(requireAll)],
    ['any of no rules', loose(requireAny)],
    ['an authenticator that is none', loose(confirmedBy, undefined)],
    ['an authenticator by its name', loose(confirmedBy, 'second')],
    ['an authenticator without a function', loose(confirmedBy, { name: 'second' })],
    ['an override of nothing', loose(override)],
  ])('is a ConfigError when it is made: %s', (_what, make) => {
    expect(make).toThrow(ConfigError);
  });
});

describe('a value that is not a rule', () => {
  const forged: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['text', 'public'],
    ['an empty object', {}],
    ['what looks like one', { description: 'public' }],
    ['a copy of one', { ...publicMethod() }],
    ['an heir of one', Object.create(publicMethod())],
    ['a proxy of one', new Proxy(publicMethod(), {})],
    ['the function itself', publicMethod],
    ['a list of one', [publicMethod()]],
  ];

  it.each(forged)('is a ConfigError in a policy: %s', (_what, rule) => {
    const define = () => definePolicy({ rules: { 'orders.v1.Orders/List': rule as Rule } });
    expect(define).toThrow(ConfigError);
    expect(define).toThrow('orders.v1.Orders/List');
  });

  it.each(forged.filter(([, rule]) => rule !== undefined))(
    'is a ConfigError as `otherwise`: %s',
    (_what, rule) => {
      const define = () => definePolicy({ rules: {}, otherwise: rule as Rule });
      expect(define).toThrow(ConfigError);
      expect(define).toThrow('otherwise');
    },
  );

  it.each(forged)('is a ConfigError inside another rule: %s', (_what, rule) => {
    expect(() => requireAll(authenticated(), rule as Rule)).toThrow('requireAll[1]');
    expect(() => requireAny(rule as Rule)).toThrow('requireAny[0]');
    expect(() => override(rule as Rule)).toThrow(ConfigError);
    expect(() => dryRun(rule as Rule, { until: '2020-01-01' })).toThrow(ConfigError);
  });
});

describe('requireAny() with a rule that every verified caller meets', () => {
  it.each<readonly [string, () => Rule]>([
    ['authenticated() alone', () => requireAny(authenticated())],
    ['authenticated() first', () => requireAny(authenticated(), requireScopes('a'))],
    ['authenticated() last', () => requireAny(requireScopes('a'), authenticated())],
    ['all of nothing more', () => requireAny(requireScopes('a'), requireAll(authenticated()))],
    [
      'inside of another',
      () => requireAny(requireAll(authenticated(), requireAll(authenticated()))),
    ],
  ])('is a ConfigError: %s', (_what, make) => {
    expect(make).toThrow(ConfigError);
    expect(make).toThrow('requireAny');
  });

  it('accepts such a rule inside requireAll() with another one', () => {
    expect(requireAny(requireAll(authenticated(), requireScopes('a'))).description).toBe(
      'any of (all of (authenticated; scopes a))',
    );
  });
});

describe('a rule that cannot be combined', () => {
  const until = '2020-01-01';
  it.each<readonly [string, Rule]>([
    ['publicMethod()', publicMethod()],
    ['denyAll()', denyAll()],
    ['override(…)', override(requireScopes('a'))],
    ['dryRun(…)', dryRun(requireScopes('a'), { until })],
  ])('is a ConfigError inside another one: %s', (_what, rule) => {
    expect(() => requireAll(requireScopes('a'), rule)).toThrow(ConfigError);
    expect(() => requireAny(requireScopes('a'), rule)).toThrow(ConfigError);
    expect(() => requireAny(requireAll(rule))).toThrow(ConfigError);
  });
});

describe('a rule', () => {
  it('is frozen', () => {
    const rule = requireScopes('a');
    expect(Object.isFrozen(rule)).toBe(true);
    expect(Object.keys(rule)).toEqual(['description']);
  });

  it.each<readonly [string, Rule]>([
    ['scopes a and b', requireScopes('a', 'b')],
    ['scope a or b', requireAnyScope('a', 'b')],
    ['claim realm_access.roles = "admin"', requireClaim(['realm_access', 'roles'], 'admin')],
    ['all of (scopes a; authenticated)', requireAll(requireScopes('a'), authenticated())],
    ['any of (scopes a; scopes b)', requireAny(requireScopes('a'), requireScopes('b'))],
    ['public (override)', override(publicMethod())],
    ['scopes a (dry run until 2020-01-01)', dryRun(requireScopes('a'), { until: '2020-01-01' })],
  ])('describes what it requires: %s', (description, rule) => {
    expect(rule.description).toBe(description);
  });
});
