import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors/config-error.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import type { PolicyOptions } from '../../src/policy/policy-input.ts';
import type { Rule } from '../../src/policy/rule.ts';
import {
  allowAnonymous,
  authenticated,
  denyAll,
  override,
  publicMethod,
  requireAll,
  requireScopes,
} from '../../src/policy/rules.ts';
import { problemsOf } from '../support/problems.ts';
import { Billing, Orders } from '../support/service-definitions.ts';

const rule = requireScopes('a');
const services = [Orders, Billing];
const all = { 'orders.v1.Orders/*': rule, 'billing.v1.Billing/*': rule };

/** The problems that definePolicy reports, each as 'path: message'. */
function problems(options: PolicyOptions): readonly string[] {
  return problemsOf(() => definePolicy(options)).map(({ path, message }) => `${path}: ${message}`);
}

describe('services that are not service definitions', () => {
  it.each<readonly [string, unknown]>([
    ['text', 'orders.v1.Orders'],
    ['one alone', Orders],
    ['null', null],
    ['an undefined one', [Orders, undefined]],
    ['null in a list', [null]],
    ['text in a list', ['orders.v1.Orders']],
    ['a function in a list', [() => Orders]],
    ['a method without path', [{ List: {} }]],
    ['a method that is undefined', [{ List: undefined }]],
    ['a method that is null', [{ List: null }]],
    ['a path that is no text', [{ List: { path: 5 } }]],
    ['a path without a slash', [{ List: { path: 'orders.v1.Orders.List' } }]],
    ['a path of a URL', [{ List: { path: 'https://x/y' } }]],
  ])('are a ConfigError: %s', (_what, wrong) => {
    const define = () => definePolicy({ services: wrong as never, rules: {} });
    expect(define).toThrow(ConfigError);
    expect(define).toThrow('services');
  });
});

describe('a rule that names no method', () => {
  it.each([
    ['orders.v1.Orders/Lsit', 'orders.v1.Orders/List'],
    ['orders.v1.Orders/list', 'orders.v1.Orders/List'],
    ['orders.v1.Order/List', 'orders.v1.Orders/List'],
    ['orders.v1.Order/*', 'orders.v1.Orders/*'],
    ['Orders.v1.Orders/*', 'orders.v1.Orders/*'],
    ['billing.v1.Biling/Charge', 'billing.v1.Billing/Charge'],
    ['grpc.health.v1.Health/Chek', 'grpc.health.v1.Health/Check'],
    ['grpc.health.v1.health/*', 'grpc.health.v1.Health/*'],
  ])('is reported with the nearest name: %s, %s', (wrong, near) => {
    expect(problems({ services, rules: { ...all, [wrong]: rule } })).toEqual([
      `${wrong}: there is no such method; did you mean "${near}"?`,
    ]);
  });

  it('is reported without a suggestion if no name is near', () => {
    expect(problems({ services, rules: { ...all, 'x.Y/Z': rule } })).toEqual([
      'x.Y/Z: there is no such method',
    ]);
  });

  it('is reported for every `otherwise`', () => {
    const rules = { ...all, 'orders.v1.Orders/Delete': denyAll() };
    expect(problems({ services, rules, otherwise: authenticated() })).toHaveLength(1);
  });

  it('cannot be detected without the services', () => {
    expect(problems({ rules: { 'orders.v1.Orders/Lsit': rule } })).toEqual([]);
  });

  it.each([
    'grpc.health.v1.Health/Check',
    'grpc.health.v1.Health/Watch',
    'grpc.health.v1.Health/List',
    'grpc.health.v1.Health/*',
    'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    'grpc.reflection.v1.ServerReflection/*',
    'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    'grpc.reflection.v1alpha.ServerReflection/*',
    'grpc.channelz.v1.Channelz/GetServers',
    'grpc.channelz.v1.Channelz/*',
  ])('is known without a definition for health, reflection and channelz: %s', (key) => {
    const policy = definePolicy({ services, rules: { ...all, [key]: publicMethod() } });
    expect(policy.ruleFor(`/${key.replace('*', 'Watch')}`).description).toBe('public');
  });
});

describe('a method that no rule names', () => {
  it('is reported by its name if `otherwise` denies', () => {
    const rules = { 'orders.v1.Orders/List': rule };
    const uncovered = [
      'orders.v1.Orders/Get',
      'orders.v1.Orders/Refund',
      'billing.v1.Billing/Charge',
    ];
    for (const options of [
      { services, rules },
      { services, rules, otherwise: denyAll() },
    ]) {
      const lines = problems(options);
      expect(lines).toHaveLength(3);
      for (const path of uncovered) {
        expect(lines.filter((line) => line.startsWith(`${path}: no rule names`))).toHaveLength(1);
      }
    }
  });

  it('is covered by a wildcard, or by denyAll()', () => {
    expect(problems({ services, rules: all })).toEqual([]);
    expect(problems({ services, rules: { ...all, 'orders.v1.Orders/Refund': denyAll() } })).toEqual(
      [],
    );
  });

  it('gets the rule of `otherwise` if that allows callers', () => {
    const rules = { 'orders.v1.Orders/List': rule };
    const policy = definePolicy({ services, rules, otherwise: authenticated() });
    expect(policy.ruleFor('/orders.v1.Orders/Get')).toBe(authenticated());
    expect(policy.ruleFor('/nobody.Knows/This')).toBe(authenticated());
  });

  it('is not reported for health and reflection', () => {
    expect(problems({ services, rules: all })).toEqual([]);
    expect(definePolicy({ services, rules: all }).ruleFor('/grpc.health.v1.Health/Check')).toBe(
      denyAll(),
    );
  });
});

describe('`otherwise`', () => {
  it('is denyAll() by default, never anonymous', () => {
    const policy = definePolicy({ rules: {} });
    for (const method of ['/a.B/C', '/grpc.health.v1.Health/Check', '', 'x', '/', '/a.B/']) {
      expect(policy.ruleFor(method)).toBe(denyAll());
    }
    expect(definePolicy({ rules: {}, otherwise: undefined as never }).ruleFor('/a.B/C')).toBe(
      denyAll(),
    );
  });

  it.each<readonly [string, Rule]>([
    ['publicMethod()', publicMethod()],
    ['allowAnonymous()', allowAnonymous()],
    ['override(publicMethod())', override(publicMethod())],
    ['override(allowAnonymous())', override(allowAnonymous())],
    ['override(authenticated())', override(authenticated())],
  ])('is a ConfigError as %s', (_what, otherwise) => {
    const [reported, ...more] = problems({ services, rules: all, otherwise });
    expect(reported).toMatch(/^otherwise: expected a rule for verified callers, received /);
    expect(more).toEqual([]);
  });

  it.each<readonly [string, Rule]>([
    ['authenticated()', authenticated()],
    ['requireScopes()', requireScopes('a')],
    ['requireAll()', requireAll(authenticated())],
  ])('must deny if the services are not known: %s is a ConfigError', (_what, otherwise) => {
    expect(problems({ rules: all, otherwise })).toEqual([
      expect.stringMatching(/^otherwise: expected denyAll\(\) where no services are given/),
    ]);
    expect(problems({ services, rules: all, otherwise })).toEqual([]);
  });
});

describe('everything that is wrong', () => {
  it('is reported at once: rules that name no method, and methods that no rule names', () => {
    const rules = {
      'orders.v1.Orders/Lsit': rule,
      'orders.v1.Orders/Get': rule,
      'billing.v1.Biling/*': rule,
    };
    expect(problems({ services, rules })).toEqual([
      expect.stringContaining('did you mean "orders.v1.Orders/List"?'),
      expect.stringContaining('did you mean "billing.v1.Billing/*"?'),
      expect.stringMatching(/^orders\.v1\.Orders\/List: no rule/),
      expect.stringMatching(/^orders\.v1\.Orders\/Refund: no rule/),
      expect.stringMatching(/^billing\.v1\.Billing\/Charge: no rule/),
    ]);
  });

  it('is reported at once: invalid patterns, invalid rules and an invalid `otherwise`', () => {
    const rules = {
      'no pattern': rule,
      'orders.v1.Orders/List': {} as Rule,
      'orders.v1.Orders/Get': undefined as never,
      '/billing.v1.Billing/*': rule,
      'billing.v1.Billing/*': rule,
    };
    const lines = problems({ rules, otherwise: publicMethod() });
    expect(lines).toHaveLength(5);
    for (const part of ['no pattern', 'Orders/List', 'Orders/Get', 'there are two', 'otherwise']) {
      expect(lines.filter((line) => line.includes(part))).toHaveLength(1);
    }
  });
});

describe('an option of definePolicy', () => {
  it.each<readonly [string, unknown]>([
    ['definePolicy', undefined],
    ['definePolicy', null],
    ['rules', {}],
    ['rules', { rules: null }],
    ['rules', { rules: 'public' }],
    ['did you mean "otherwise"', { rules: {}, otherwize: denyAll() }],
    ['did you mean "services"', { rules: {}, service: [Orders] }],
    ['did you mean "rules"', { rule: {} }],
  ])('is a ConfigError that says %s', (said, options) => {
    const define = () => definePolicy(options as PolicyOptions);
    expect(define).toThrow(ConfigError);
    expect(define).toThrow(said);
  });

  it('has no effect if it is changed later', () => {
    const rules: Record<string, Rule> = { 'a.B/C': requireScopes('a') };
    const policy = definePolicy({ rules });
    rules['a.B/C'] = publicMethod();
    rules['a.B/D'] = publicMethod();
    expect(policy.ruleFor('/a.B/C').description).toBe('scopes a');
    expect(policy.ruleFor('/a.B/D').description).toBe('denied');
  });
});
