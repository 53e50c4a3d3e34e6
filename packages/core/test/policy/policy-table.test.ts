import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/policy/define-policy.ts';
import {
  authenticated,
  denyAll,
  override,
  publicMethod,
  requireAll,
  requireScopes,
} from '../../src/policy/rules.ts';
import { healthChecks, rulesFor } from '../../src/policy/rules-for.ts';
import { Orders, serviceOf } from '../support/service-definitions.ts';

describe('the table of a policy', () => {
  it('lists each known method with its rule and the source of the rule, and all others last', () => {
    const policy = definePolicy({
      services: [Orders],
      rules: {
        ...rulesFor(Orders, {
          Refund: requireAll(requireScopes('orders:write'), authenticated()),
          '*': requireScopes('orders:read'),
          Get: denyAll(),
        }),
        ...healthChecks(),
      },
    });
    expect(policy.table()).toEqual([
      { method: 'grpc.health.v1.Health/*', rule: 'public', source: 'code' },
      { method: 'orders.v1.Orders/Get', rule: 'denied', source: 'code' },
      { method: 'orders.v1.Orders/List', rule: 'scopes orders:read', source: 'code' },
      {
        method: 'orders.v1.Orders/Refund',
        rule: 'all of (scopes orders:write; authenticated)',
        source: 'code',
      },
      { method: '*', rule: 'denied', source: 'otherwise' },
    ]);
  });

  it('shows a new method under a wildcard as a new row', () => {
    const rules = { 'orders.v1.Orders/*': requireScopes('a') };
    const methodsOf = (...names: readonly string[]) =>
      definePolicy({ services: [serviceOf('orders.v1.Orders', ...names)], rules })
        .table()
        .map(({ method }) => method);
    expect(methodsOf('List')).toEqual(['orders.v1.Orders/List', '*']);
    expect(methodsOf('List', 'Purge')).toEqual([
      'orders.v1.Orders/List',
      'orders.v1.Orders/Purge',
      '*',
    ]);
  });

  it('has a row for a wildcard where none of its methods is known', () => {
    const table = definePolicy({ rules: { 'orders.v1.Orders/*': requireScopes('a') } }).table();
    expect(table.map(({ method }) => method)).toEqual(['orders.v1.Orders/*', '*']);
  });

  it('does not depend on the order of the rules, so that a diff shows only changes', () => {
    const one = { 'a.B/D': requireScopes('d'), 'a.B/C': requireScopes('c'), 'a.B/*': denyAll() };
    const other = Object.fromEntries(Object.entries(one).toReversed());
    expect(definePolicy({ rules: one }).table()).toEqual(definePolicy({ rules: other }).table());
  });

  it('ends with the rule for all other methods', () => {
    const services = [Orders];
    const table = definePolicy({ services, rules: {}, otherwise: authenticated() }).table();
    expect(table).toContainEqual({ method: '*', rule: 'authenticated', source: 'otherwise' });
  });

  it('lists each known method that no rule names, so that a new one shows in the diff', () => {
    const services = [Orders];
    const rules = { 'orders.v1.Orders/List': requireScopes('orders:read') };
    const table = definePolicy({ services, rules, otherwise: authenticated() }).table();
    const names = Object.values(Orders).map(({ path }) => path.slice(1));
    expect(table).toEqual([
      ...names
        .toSorted()
        .map((method) =>
          method === 'orders.v1.Orders/List'
            ? { method, rule: 'scopes orders:read', source: 'code' }
            : { method, rule: 'authenticated', source: 'otherwise' },
        ),
      { method: '*', rule: 'authenticated', source: 'otherwise' },
    ]);
  });
});

describe('the rule of a method', () => {
  const [exact, wildcard] = [requireScopes('exact'), requireScopes('wildcard')];

  it('is the exact one, before the one of a wildcard', () => {
    for (const rules of [
      { 'orders.v1.Orders/List': exact, 'orders.v1.Orders/*': wildcard },
      { 'orders.v1.Orders/*': wildcard, 'orders.v1.Orders/List': exact },
    ]) {
      const policy = definePolicy({ services: [Orders], rules });
      expect(policy.ruleFor('/orders.v1.Orders/List')).toBe(exact);
      expect(policy.ruleFor('/orders.v1.Orders/Get')).toBe(wildcard);
    }
  });

  it('may be weaker or stricter than that of its service', () => {
    const rules = { 'a.B/*': wildcard, 'a.B/Open': publicMethod(), 'a.B/Closed': denyAll() };
    const policy = definePolicy({ rules });
    expect(policy.ruleFor('/a.B/Open')).toBe(publicMethod());
    expect(policy.ruleFor('/a.B/Closed')).toBe(denyAll());
  });

  it('is described as an override if it is one', () => {
    const policy = definePolicy({ rules: { 'a.B/C': override(wildcard) } });
    expect(policy.ruleFor('/a.B/C').description).toBe('scopes wildcard (override)');
    expect(override(override(wildcard)).description).toBe('scopes wildcard (override)');
  });
});
