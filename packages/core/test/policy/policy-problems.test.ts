import leven from 'leven';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { definePolicy } from '../../src/policy/define-policy.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { denyAll, publicMethod, requireScopes } from '../../src/policy/rules.ts';
import { rulesFor } from '../../src/policy/rules-for.ts';
import { problemsOf } from '../support/problems.ts';
import { Orders, serviceOf } from '../support/service-definitions.ts';

// Counts the comparisons of two names, each of which is work for the event loop.
vi.mock('leven', async (load) => {
  const { default: original } = await load<{ default: typeof leven }>();
  return { default: vi.fn<typeof leven>(original) };
});
const compare = vi.mocked(leven);
beforeEach(() => void compare.mockClear());

/** A comparison fills a table of this size at most. */
function steps(): number {
  return compare.mock.calls.reduce((sum, [one, other]) => sum + one.length * other.length, 0);
}

const rule = requireScopes('a');

/** Methods 'M0', 'M1' and so on. */
function manyMethods(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `M${index}`);
}

function rulesOfMany(service: string, count: number): Record<string, Rule> {
  return Object.fromEntries(manyMethods(count).map((name) => [`${service}/${name}`, rule]));
}

describe('the problems of a policy', () => {
  it('have the key of the rule as path, as it is written', () => {
    const rules = {
      '/orders.v1.Orders/Gte': rule,
      'no pattern': rule,
      'orders.v1.Orders/List': 'public' as never,
      'orders.v1.Orders/Refund': rule,
    };
    const options = { services: [Orders], rules, otherwise: publicMethod() };
    expect(problemsOf(() => definePolicy(options))).toEqual([
      {
        path: 'no pattern',
        message: `expected 'package.Service/Method' or 'package.Service/*', received "no pattern"`,
      },
      {
        path: 'orders.v1.Orders/List',
        message: `expected a rule such as requireScopes('orders:read'), received "public"`,
      },
      {
        path: 'otherwise',
        message: 'expected a rule for verified callers, received public',
      },
      {
        path: '/orders.v1.Orders/Gte',
        message: 'there is no such method; did you mean "orders.v1.Orders/Get"?',
      },
    ]);
  });

  it('list every wrong service, method and option at once', () => {
    const services = [{ Get: { path: 5 }, List: {} }, 'orders.v1.Orders'];
    const options = { services, rules: { 'no pattern': rule }, otherwize: denyAll() };
    expect(problemsOf(() => definePolicy(options as never)).map(({ path }) => path)).toEqual([
      'otherwize',
      'services[0].Get.path',
      'services[0].List.path',
      'services[1]',
      'no pattern',
    ]);
  });

  it('blame no rule where the services could not be read', () => {
    const rules = { 'orders.v1.Orders/*': rule, 'billing.v1.Billing/Charge': rule };
    const options = { services: [{ Get: {} }, Orders], rules };
    expect(problemsOf(() => definePolicy(options as never)).map(({ path }) => path)).toEqual([
      'services[0].Get.path',
    ]);
  });

  it('list a value that is not a rule as `otherwise`, with the others', () => {
    const options = { services: [Orders], rules: { 'no pattern': rule }, otherwise: 'deny' };
    expect(problemsOf(() => definePolicy(options as never)).map(({ path }) => path)).toEqual([
      'no pattern',
      'otherwise',
    ]);
  });

  it('are listed by rulesFor() too', () => {
    const bind = () => rulesFor(Orders, { Gte: rule, Lsit: rule, List: rule });
    expect(problemsOf(bind).map(({ path }) => path)).toEqual([
      'orders.v1.Orders/Gte',
      'orders.v1.Orders/Lsit',
    ]);
  });
});

describe('a policy with 8,000 unknown rules', () => {
  it.each([3, 400, 8000])('compares a bounded number of names: %d known methods', (known) => {
    const services = [serviceOf('orders.v1.Orders', ...manyMethods(known))];
    const rules = rulesOfMany('orders.v1.Order', 8000);
    const problems = problemsOf(() => definePolicy({ services, rules }));
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)?.message).toBe(`and ${8000 + known - 50} more problems`);
    expect(steps()).toBeLessThanOrEqual(4_000_000);
  });

  it('compares a bounded number of names where they are options', () => {
    const unknown = rulesOfMany('options', 8000);
    expect(problemsOf(() => definePolicy({ ...unknown, rules: {} }))).toHaveLength(51);
    expect(steps()).toBeLessThanOrEqual(4_000_000);
  });

  it('compares a bounded number of names where a service binds them', () => {
    const unknown = Object.fromEntries(manyMethods(8000).map((name) => [name, rule]));
    expect(problemsOf(() => definePolicy([Orders, unknown]))).toHaveLength(51);
    expect(problemsOf(() => rulesFor(Orders, unknown))).toHaveLength(51);
    expect(steps()).toBeLessThanOrEqual(8_000_000);
  });

  it('still suggests a name for a single typo among thousands of methods', () => {
    const services = [serviceOf('orders.v1.Orders', 'Refund', ...manyMethods(5000))];
    const rules = { 'orders.v1.Orders/*': rule, 'orders.v1.Orders/Refunt': rule };
    expect(problemsOf(() => definePolicy({ services, rules }))[0]?.message).toContain(
      'did you mean "orders.v1.Orders/Refund"?',
    );
  });

  it('does not compare a name of any length', () => {
    const name = `orders.v1.${'x'.repeat(100_000)}/List`;
    const rules = { 'orders.v1.Orders/*': rule, [name]: rule };
    expect(problemsOf(() => definePolicy({ services: [Orders], rules }))).toEqual([
      { path: name, message: 'there is no such method' },
    ]);
    expect(compare).not.toHaveBeenCalled();
  });
});
