import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors/config-error.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { requireScopes } from '../../src/policy/rules.ts';

const rule = requireScopes('a');

/** The rule that a policy with this one key has for the method. */
function ruleOf(key: string, method: string): string {
  return definePolicy({ rules: { [key]: rule } }).ruleFor(method).description;
}

describe('a pattern', () => {
  it.each([
    ['orders.v1.Orders/List', '/orders.v1.Orders/List'],
    ['/orders.v1.Orders/List', '/orders.v1.Orders/List'],
    ['orders.v1.Orders/*', '/orders.v1.Orders/List'],
    ['/orders.v1.Orders/*', '/orders.v1.Orders/List'],
    ['Orders/List', '/Orders/List'],
    ['_o.V_1.Orders_2/List_3', '/_o.V_1.Orders_2/List_3'],
  ])('%s names %s', (key, method) => {
    expect(ruleOf(key, method)).toBe('scopes a');
  });

  it.each([
    ['orders.v1.Orders/List', '/orders.v1.Orders/Lists'],
    ['orders.v1.Orders/List', '/orders.v1.Orders/list'],
    ['orders.v1.Orders/List', '/Orders.v1.Orders/List'],
    ['orders.v1.Orders/List', '/ordersXv1.Orders/List'],
    ['orders.v1.Orders/List', '/orders.v1XOrders/List'],
    ['orders.v1.Orders/List', '/orders.v1.Orders/List/'],
    ['orders.v1.Orders/List', '//orders.v1.Orders/List'],
    ['orders.v1.Orders/List', '/x.orders.v1.Orders/List'],
    ['orders.v1.Orders/*', '/orders.v1.Orders2/List'],
    ['orders.v1.Orders/*', '/ordersXv1.Orders/List'],
    ['orders.v1.Orders/*', '/orders.v1.Orders.Sub/List'],
    ['orders.v1.Orders/*', '/orders.v1.orders/List'],
    ['orders.v1.Orders/*', '/orders.v1/List'],
    ['orders.v1.Orders/*', '/orders.v1.Orders/List/x'],
    ['orders.v1.Orders/*', ''],
    ['orders.v1.Orders/*', 'orders.v1.Orders'],
    ['toString/*', '/valueOf/List'],
  ])('%s does not name %s', (key, method) => {
    expect(ruleOf(key, method)).toBe('denied');
  });

  it.each([
    '',
    '*',
    '/',
    '/*',
    '*/*',
    '*/List',
    'orders.v1.Orders',
    'orders.v1.Orders/',
    'orders.v1.Orders.List',
    'orders.v1.*/List',
    'orders.v1.Orders/L*',
    'orders.v1.Orders/**',
    'orders.v1.Orders/*List',
    'orders.*.Orders/List',
    'orders..Orders/List',
    '.orders.v1.Orders/List',
    'orders.v1.Orders./List',
    'orders.v1.Orders/List/',
    '//orders.v1.Orders/List',
    'orders.v1/Orders/List',
    'orders.v1.Orders/List ',
    ' orders.v1.Orders/List',
    'orders.v1.Orders /List',
    'orders.v1.Orders/List\n',
    'orders-v1.Orders/List',
    'orders.1v.Orders/List',
    'orders.v1.Orders/List?x',
    'orders.v1.Orders/%4Cist',
    'https://orders.v1.Orders/List',
    'ördérs.v1.Orders/List',
    '.*/.*',
  ])('is a ConfigError if it cannot name a method: "%s"', (key) => {
    const define = () => definePolicy({ rules: { [key]: rule } });
    expect(define).toThrow(ConfigError);
    expect(define).toThrow(JSON.stringify(key));
  });

  it('is a ConfigError if it occurs twice, because one of the rules would not apply', () => {
    for (const [key, same] of [
      ['orders.v1.Orders/List', '/orders.v1.Orders/List'],
      ['orders.v1.Orders/*', '/orders.v1.Orders/*'],
    ] as const) {
      const rules = { [key]: requireScopes('a'), [same]: requireScopes('b') };
      expect(() => definePolicy({ rules })).toThrow(ConfigError);
      expect(() => definePolicy({ rules })).toThrow(same);
    }
  });
});
