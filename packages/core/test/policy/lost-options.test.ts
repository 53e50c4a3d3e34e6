import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { authenticated, dryRun, requireScopes } from '../../src/policy/rules.ts';

/** A method as proto-loader would define it, with these options. */
function serviceWith(options: object) {
  return { List: { path: '/orders.v1.Orders/List', options } };
}

describe('an option that proto-loader takes, and that is not ours', () => {
  it.each([
    ['without parentheses', { grpc_authn: { v1: { rule: { scopes: ['a'] } } } }],
    ['by its last name alone', { rule: { scopes: ['a'] } }],
    ['by a name near its last', { '(rules)': { scopes: ['a'] } }],
    ['by a name near its whole', { '(grpc_auth.v1.rules)': { scopes: ['a'] } }],
    [
      'twice, in two spellings',
      { '(grpc_authn.v1.rule)': { scopes: 'a' }, '(.grpc_authn.v1.rule)': { public: true } },
    ],
  ])('%s, does not start the server', (_how, options) => {
    const services = [serviceWith(options)];
    expect(() => definePolicy({ services, rules: {}, otherwise: authenticated() })).toThrow(
      /orders\.v1\.Orders\/List: /,
    );
  });
});

describe('a policy that is told of no method', () => {
  it.each([['no services', { services: [] }]])('by %s, must deny otherwise', (_what, options) => {
    const rules = { 'typo.S/M': requireScopes('a') };
    expect(() => definePolicy({ ...options, rules, otherwise: authenticated() })).toThrow(
      /expected denyAll\(\)/,
    );
  });
});

describe('definePolicy', () => {
  it('tells a bad pattern and a method that is not there at once', () => {
    const rules = { 'bad pattern': authenticated(), 'orders.v1.Orders/Lost': authenticated() };
    const define = (): unknown => definePolicy({ services: [serviceWith({})], rules });
    expect(define).toThrow(/bad pattern/);
    expect(define).toThrow(/Orders\/Lost/);
  });
});

describe('dryRun', () => {
  it.each(['2026-02-30', ['2026-01-01'], undefined])('takes no %j for a date', (until) => {
    expect(() => dryRun(requireScopes('a'), { until: until as string })).toThrow(/until/);
  });
});
