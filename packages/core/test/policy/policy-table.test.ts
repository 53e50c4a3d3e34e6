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
import { healthAndReflection, rulesFor } from '../../src/policy/rules-for.ts';
import { Orders } from '../support/service-definitions.ts';

describe('the table of a policy', () => {
  it('has each rule by its method, whence it comes, and what stands for the others last', () => {
    const policy = definePolicy({
      services: [Orders],
      rules: {
        ...rulesFor(Orders, {
          Refund: requireAll(requireScopes('orders:write'), authenticated()),
          '*': requireScopes('orders:read'),
          Get: denyAll(),
        }),
        ...healthAndReflection(),
      },
    });
    expect(policy.table()).toEqual([
      { method: 'grpc.health.v1.Health/*', rule: 'public', source: 'code' },
      { method: 'grpc.reflection.v1.ServerReflection/*', rule: 'public', source: 'code' },
      { method: 'grpc.reflection.v1alpha.ServerReflection/*', rule: 'public', source: 'code' },
      { method: 'orders.v1.Orders/*', rule: 'scopes orders:read', source: 'code' },
      { method: 'orders.v1.Orders/Get', rule: 'denied', source: 'code' },
      {
        method: 'orders.v1.Orders/Refund',
        rule: 'all of (scopes orders:write; authenticated)',
        source: 'code',
      },
      { method: '*', rule: 'denied', source: 'otherwise' },
    ]);
  });

  it('is the same in whatever order the rules were written, so that a diff shows changes alone', () => {
    const one = { 'a.B/D': requireScopes('d'), 'a.B/C': requireScopes('c'), 'a.B/*': denyAll() };
    const other = Object.fromEntries(Object.entries(one).toReversed());
    expect(definePolicy({ rules: one }).table()).toEqual(definePolicy({ rules: other }).table());
  });

  it('tells what stands for the others', () => {
    const services = [Orders];
    const table = definePolicy({ services, rules: {}, otherwise: authenticated() }).table();
    expect(table).toContainEqual({ method: '*', rule: 'authenticated', source: 'otherwise' });
  });

  it('has each known method that no rule names, so that a new one shows in the diff', () => {
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

  it('has no method twice that a rule for all of its service covers', () => {
    const services = [Orders];
    const rules = { 'orders.v1.Orders/*': requireScopes('a') };
    const table = definePolicy({ services, rules, otherwise: authenticated() }).table();
    expect(table.map(({ method }) => method)).toEqual(['orders.v1.Orders/*', '*']);
  });
});

describe('the rule of a method', () => {
  const [exact, wildcard] = [requireScopes('exact'), requireScopes('wildcard')];

  it('is the one that names it, before one for all of the service', () => {
    for (const rules of [
      { 'orders.v1.Orders/List': exact, 'orders.v1.Orders/*': wildcard },
      { 'orders.v1.Orders/*': wildcard, 'orders.v1.Orders/List': exact },
    ]) {
      const policy = definePolicy({ services: [Orders], rules });
      expect(policy.ruleFor('/orders.v1.Orders/List')).toBe(exact);
      expect(policy.ruleFor('/orders.v1.Orders/Get')).toBe(wildcard);
    }
  });

  it('may be weaker than that of its service, or stricter', () => {
    const rules = { 'a.B/*': wildcard, 'a.B/Open': publicMethod(), 'a.B/Closed': denyAll() };
    const policy = definePolicy({ rules });
    expect(policy.ruleFor('/a.B/Open')).toBe(publicMethod());
    expect(policy.ruleFor('/a.B/Closed')).toBe(denyAll());
  });

  it('is said to be an override where the code says so', () => {
    const policy = definePolicy({ rules: { 'a.B/C': override(wildcard) } });
    expect(policy.ruleFor('/a.B/C').description).toBe('scopes wildcard (override)');
    expect(override(override(wildcard)).description).toBe('scopes wildcard (override)');
  });
});
