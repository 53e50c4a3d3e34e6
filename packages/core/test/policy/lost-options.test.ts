import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { authenticated, dryRun, requireScopes } from '../../src/policy/rules.ts';

/** A method with these options, as proto-loader defines it. */
function serviceWith(options: object) {
  return { List: { path: '/orders.v1.Orders/List', options } };
}

describe('an option that proto-loader accepts, and that resembles ours', () => {
  it.each([
    ['without parentheses', { grpc_authn: { v1: { rule: { scopes: ['a'] } } } }],
    ['by its last name alone', { rule: { scopes: ['a'] } }],
    ['by a name near its last', { '(rules)': { scopes: ['a'] } }],
    ['by a name near its whole', { '(grpc_auth.v1.rules)': { scopes: ['a'] } }],
    [
      'twice, in two spellings',
      { '(grpc_authn.v1.rule)': { scopes: 'a' }, '(.grpc_authn.v1.rule)': { public: true } },
    ],
  ])('%s, is a ConfigError', (_how, options) => {
    const services = [serviceWith(options)];
    expect(() => definePolicy({ services, rules: {}, otherwise: authenticated() })).toThrow(
      /orders\.v1\.Orders\/List: /,
    );
  });
});

describe('a policy without known methods', () => {
  it.each([['no services', { services: [] }]])('(%s) must deny otherwise', (_what, options) => {
    const rules = { 'typo.S/M': requireScopes('a') };
    expect(() => definePolicy({ ...options, rules, otherwise: authenticated() })).toThrow(
      /expected denyAll\(\)/,
    );
  });
});

describe('definePolicy', () => {
  it('reports an invalid pattern and an unknown method at once', () => {
    const rules = { 'bad pattern': authenticated(), 'orders.v1.Orders/Lost': authenticated() };
    const define = (): unknown => definePolicy({ services: [serviceWith({})], rules });
    expect(define).toThrow(/bad pattern/);
    expect(define).toThrow(/Orders\/Lost/);
  });
});

describe('dryRun', () => {
  it.each(['2026-02-30', ['2026-01-01'], undefined])('rejects %j as a date', (until) => {
    expect(() => dryRun(requireScopes('a'), { until: until as string })).toThrow(/until/);
  });
});
