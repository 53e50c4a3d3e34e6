import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors/config-error.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import type { Rule } from '../../src/policy/rule.ts';
import {
  allowAnonymous,
  authenticated,
  confirmedBy,
  denyAll,
  dryRun,
  override,
  publicMethod,
  requireAll,
  requireAnyScope,
  requireClaim,
  requireScopes,
} from '../../src/policy/rules.ts';
import { rulesFor } from '../../src/policy/rules-for.ts';
import { SecondOpinion } from '../support/asked-rule.ts';
import { loadService } from '../support/loaded-protos.ts';

const Orders = loadService('orders.proto', 'orders.v1.Orders');
const services = [Orders];
/** The method that has no rule in the .proto. */
const rest = { 'orders.v1.Orders/Unmarked': denyAll() };
const trap = (name: string) => loadService('traps.proto', `traps.v1.${name}`);

describe('a rule in a .proto that proto-loader reads', () => {
  it.each([
    ['List', 'scopes orders:read and orders:list'],
    ['Get', 'scopes orders:read'],
    ['Repeated', 'scopes orders:read and orders:get'],
    ['Split', 'scopes orders:read and orders:split'],
    ['Any', 'scope orders:read or orders:write'],
    ['AnyOne', 'scope orders:read'],
    ['Verified', 'authenticated'],
    ['Anonymous', 'anonymous allowed'],
    ['Open', 'public'],
    ['Closed', 'denied'],
    ['WithFalse', 'scopes orders:read'],
    ['FullyQualified', 'scopes orders:read'],
  ])('applies: %s, %s', (method, description) => {
    const policy = definePolicy({ services, rules: rest });
    expect(policy.ruleFor(`/orders.v1.Orders/${method}`).description).toBe(description);
    expect(policy.table()).toContainEqual({
      method: `orders.v1.Orders/${method}`,
      rule: description,
      source: 'proto',
    });
  });

  it('is missing if none is written: the method is reported, or `otherwise` applies', () => {
    expect(() => definePolicy({ services, rules: {} })).toThrow(
      'orders.v1.Orders/Unmarked: no rule',
    );
    const otherwise = requireScopes('x');
    const policy = definePolicy({ services, rules: {}, otherwise, serviceDefaults: 'none' });
    expect(policy.ruleFor('/orders.v1.Orders/Unmarked').description).toBe('scopes x');
    expect(policy.ruleFor('/orders.v1.Orders/Get').description).toBe('scopes orders:read');
  });
});

describe('an option of a .proto that would be lost', () => {
  it.each([
    ['OptionName', '(grpc_authn.v1.rules)'],
    ['PackageName', '(gprc_authn.v1.rule)'],
    ['Version', '(grpc_authn.rule)'],
    ['DefaultOfAService', '(grpc_authn.v1.default_rule)'],
    ['Parenthesis', '(grpc_authn.v1)'],
    ['Relative', '(rule)'],
    ['PartlyRelative', '(v1.rule)'],
    ['Shadowed', '(traps.v1.rule)'],
    ['DotShadowed', '(.traps.grpc_authn.v1.rule)'],
  ])('is a ConfigError, never an open method: %s, %s', (name, shown) => {
    for (const otherwise of [denyAll(), authenticated()]) {
      const define = () => definePolicy({ services: [trap(name)], rules: {}, otherwise });
      expect(define).toThrow(ConfigError);
      expect(define).toThrow(`traps.v1.${name}/Call: there is no option ${shown}`);
      expect(define).toThrow('write option (grpc_authn.v1.rule)');
    }
  });

  it('is a ConfigError even if the code has a rule for the method', () => {
    const rules = { 'traps.v1.Relative/Call': requireScopes('a') };
    expect(() => definePolicy({ services: [trap('Relative')], rules })).toThrow(ConfigError);
  });
});

describe('an invalid value of the option', () => {
  it.each([
    ['MemberName', 'has no member "scope"'],
    ['FlagName', 'has no member "authentificated"'],
    ['SplitMemberName', 'has no member "scope"'],
    ['MemberAmongGood', 'has no member "anyscope"'],
    ['Empty', 'must set exactly one member'],
    ['OnlyFalse', 'must set exactly one member'],
    ['TwoThings', 'must set exactly one member'],
    ['TwoKinds', 'must set exactly one member'],
    ['EmptyScope', 'needs scopes in'],
    ['SpacedScope', 'needs scopes in'],
    ['NumberScope', 'needs scopes in'],
    ['TextFlag', 'needs true or false for public'],
    ['NoMessage', 'is not a message'],
  ])('is a ConfigError, never an open method: %s %s', (name, said) => {
    for (const otherwise of [denyAll(), authenticated()]) {
      const define = () => definePolicy({ services: [trap(name)], rules: {}, otherwise });
      expect(define).toThrow(ConfigError);
      expect(define).toThrow(`traps.v1.${name}/Call: the option (grpc_authn.v1.rule)`);
      expect(define).toThrow(said);
    }
  });

  it('is reported together with all others', () => {
    const define = () =>
      definePolicy({ services: [trap('Empty'), trap('TwoThings'), trap('Relative')], rules: {} });
    expect(define).toThrow(/Empty.*\n.*TwoThings.*\n.*Relative/);
  });
});

describe('a definition with options, made by other means than proto-loader', () => {
  const withOptions = (options: object) => [{ Call: { path: '/a.B/Call', options } }];

  it.each<readonly [string, object, string]>([
    ['a member of a split option', { '(grpc_authn.v1.rule).scopes': 'a' }, 'there is no option'],
    ['a relative split option', { '(rule).scopes': 'a' }, 'there is no option'],
    ['a list of scopes with a hole', option({ scopes: ['a', undefined] }), 'needs scopes in'],
    ['a list in a list', option({ scopes: [['a']] }), 'needs scopes in'],
    ['null', { '(grpc_authn.v1.rule)': null }, 'is not a message'],
    ['an empty list', option({ scopes: [] }), 'exactly one member'],
    ['a flag that is no flag', option({ deny: 'no' }), 'needs true or false'],
    ['a member of every object', option({ toString: true }), 'no member'],
  ])('is a ConfigError if it has %s', (_what, options, said) => {
    const define = () => definePolicy({ services: withOptions(options), rules: {} });
    expect(define).toThrow(ConfigError);
    expect(define).toThrow(said);
  });

  it('may have members in camel case', () => {
    const camelCased = withOptions(option({ anyScope: ['a', 'b'] }));
    expect(definePolicy({ services: camelCased, rules: {} }).ruleFor('/a.B/Call').description).toBe(
      'scope a or b',
    );
  });

  it('may have third-party options', () => {
    const others = {
      deprecated: true,
      '(google.api.http)': { get: '/v1/orders' },
      '(google.api.method_signature)': 'id',
      '(buf.validate.method)': {},
    };
    const policy = definePolicy({
      services: withOptions(others),
      rules: { 'a.B/Call': denyAll() },
    });
    expect(policy.ruleFor('/a.B/Call')).toBe(denyAll());
  });

  function option(value: object): object {
    return { '(grpc_authn.v1.rule)': value };
  }
});

describe('a rule in code beside one in the .proto', () => {
  const confirmed = confirmedBy(new SecondOpinion(() => undefined));

  it('applies if it requires as much or more', () => {
    for (const rule of [
      requireScopes('orders:read'),
      requireScopes('orders:read', 'x'),
      requireAll(requireScopes('orders:read'), confirmed),
      denyAll(),
    ]) {
      const policy = definePolicy({
        services,
        rules: { ...rest, ...rulesFor(Orders, { Get: rule }) },
      });
      expect(policy.ruleFor('/orders.v1.Orders/Get')).toBe(rule);
      expect(policy.table()).toContainEqual({
        method: 'orders.v1.Orders/Get',
        rule: rule.description,
        source: 'code',
      });
    }
  });

  const weaker: readonly (readonly [string, Rule])[] = [
    ['Get', publicMethod()],
    ['Get', allowAnonymous()],
    ['Get', authenticated()],
    ['Get', requireScopes('x')],
    ['Get', requireAnyScope('orders:read', 'x')],
    ['Get', requireClaim('team', 'x')],
    ['Get', confirmed],
    ['Get', dryRun(requireScopes('orders:read'), { until: '2023-11-20' })],
    ['List', requireScopes('orders:read')],
    ['Any', authenticated()],
    ['Verified', allowAnonymous()],
    ['Verified', publicMethod()],
    ['Anonymous', publicMethod()],
    ['Closed', requireScopes('x')],
  ];

  it.each(weaker)('is a ConfigError if it weakens it: %s, $description', (method, rule) => {
    const rules = { ...rest, [`orders.v1.Orders/${method}`]: rule };
    const define = () => definePolicy({ services, rules });
    expect(define).toThrow(ConfigError);
    expect(define).toThrow(`orders.v1.Orders/${method}: the rule "${rule.description}" weakens`);
  });

  it.each(weaker)('may weaken it with override(): %s, $description', (method, rule) => {
    const path = `orders.v1.Orders/${method}`;
    const policy = definePolicy({ services, rules: { ...rest, [path]: override(rule) } });
    expect(policy.ruleFor(`/${path}`).description).toBe(`${rule.description} (override)`);
    expect(policy.table()).toContainEqual({
      method: path,
      rule: `${rule.description} (override)`,
      source: 'code',
    });
  });

  it('for the whole service loses to a .proto rule for the method', () => {
    const rules = { 'orders.v1.Orders/*': publicMethod() };
    const policy = definePolicy({ services, rules });
    expect(policy.ruleFor('/orders.v1.Orders/Get').description).toBe('scopes orders:read');
    expect(policy.ruleFor('/orders.v1.Orders/Closed').description).toBe('denied');
    expect(policy.ruleFor('/orders.v1.Orders/Unmarked')).toBe(publicMethod());
  });

  it('is reported together with every other that weakens', () => {
    const rules = {
      'orders.v1.Orders/Get': publicMethod(),
      'orders.v1.Orders/List': publicMethod(),
    };
    const define = () => definePolicy({ services, rules });
    expect(define).toThrow(/List: the rule.*\n.*Get: the rule/);
    expect(define).toThrow('orders.v1.Orders/Unmarked: no rule');
  });
});
