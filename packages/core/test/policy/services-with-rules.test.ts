import { createFileRegistry, type DescService, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { readDescriptorSet } from '../../src/descriptor-set.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { authenticated, denyAll, publicMethod, requireScopes } from '../../src/policy/rules.ts';
import { healthChecks, reflection, rulesFor } from '../../src/policy/rules-for.ts';
import { type DescribedService, descriptorSetBytes } from '../support/descriptor-set.ts';
import { problemsOf } from '../support/problems.ts';
import { Billing, Orders } from '../support/service-definitions.ts';

const rule = requireScopes('a');
const read = requireScopes('orders:read');

/** As protobuf-es generates it: with the file, its imports and every option. */
function descService(service: DescribedService, options?: { readonly without: boolean }) {
  const set = fromBinary(FileDescriptorSetSchema, descriptorSetBytes([service], options));
  return createFileRegistry(set).getService(`orders.v1.${service.name}`) as DescService;
}
const METHODS = { List: undefined, GetAll: undefined };
const OrdersDesc = descService({ name: 'Orders', methods: METHODS });

describe('services with their rules', () => {
  it('make the policy that the form with options makes', () => {
    const parts = definePolicy(
      [Orders, { List: read, '*': rule }],
      [Billing, { Charge: denyAll() }],
      healthChecks(),
      reflection(rule),
    );
    const options = definePolicy({
      services: [Orders, Billing],
      rules: {
        ...rulesFor(Orders, { List: read, '*': rule }),
        ...rulesFor(Billing, { Charge: denyAll() }),
        ...healthChecks(),
        ...reflection(rule),
      },
    });
    expect(parts.table()).toEqual(options.table());
    expect(parts.ruleFor('/orders.v1.Orders/List')).toBe(read);
    expect(parts.ruleFor('/grpc.health.v1.Health/Check')).toBe(publicMethod());
  });

  it('deny every method that no rule names, and report it', () => {
    expect(
      problemsOf(() => definePolicy([Orders, { List: read }])).map(({ path }) => path),
    ).toEqual(['orders.v1.Orders/Get', 'orders.v1.Orders/Refund']);
    const policy = definePolicy([Orders, { '*': read }]);
    expect(policy.ruleFor('/nobody.Knows/This')).toBe(denyAll());
  });

  it('report a name that is no method at its key, with the nearest one', () => {
    const define = () => definePolicy([Orders, { '*': rule, Gte: rule }], healthChecks());
    expect(problemsOf(define)).toEqual([
      {
        path: 'orders.v1.Orders/Gte',
        message: 'there is no such method; did you mean "Get"?',
      },
    ]);
  });

  it.each(['toString', 'constructor', '__proto__'])('know no method %s', (name) => {
    const rules = Object.defineProperty({ '*': rule }, name, { value: rule, enumerable: true });
    expect(problemsOf(() => definePolicy([Orders, rules]))).toHaveLength(1);
  });

  it('report two rules for one method', () => {
    for (const define of [
      () => definePolicy([Orders, { '*': rule, List: read }], { 'orders.v1.Orders/List': rule }),
      () => definePolicy([Orders, { '*': rule, List: read }], [Orders, { List: rule }]),
      () => definePolicy({ '/orders.v1.Orders/List': rule }, [Orders, { '*': rule, List: rule }]),
    ]) {
      expect(problemsOf(define)).toEqual([
        { path: 'orders.v1.Orders/List', message: 'there are two rules for this method' },
      ]);
    }
  });

  it('report a rule that is undefined: its method would get the rule of the wildcard', () => {
    const rules = { '*': rule, List: undefined as never };
    expect(problemsOf(() => definePolicy([Orders, rules]))).toMatchObject([
      { path: 'orders.v1.Orders/List', message: expect.stringContaining('received undefined') },
    ]);
  });

  it.each<readonly [string, readonly unknown[], string]>([
    ['text', [healthChecks(), 'public'], 'definePolicy[1]'],
    ['null', [healthChecks(), null], 'definePolicy[1]'],
    ['a service alone', [[Orders]], 'definePolicy[0]'],
    ['a service with two sets of rules', [[Orders, {}, {}]], 'definePolicy[0]'],
    ['a service with text', [[Orders, 'public']], 'definePolicy[0]'],
    ['a client', [[() => Orders, {}]], 'definePolicy[0][0]'],
    ['a method without a path', [[{ List: {} }, {}]], 'definePolicy[0][0].List.path'],
    ['options beside rules', [{ rules: {} }, healthChecks()], 'rules'],
  ])('are a ConfigError as %s', (_what, parts, path) => {
    const define = definePolicy as (...args: readonly unknown[]) => unknown;
    expect(problemsOf(() => define(...parts)).map((problem) => problem.path)).toContain(path);
  });

  it('need a method where all methods of a service get a rule', () => {
    expect(problemsOf(() => definePolicy([{}, { '*': rule }]))).toMatchObject([{ path: '*' }]);
  });
});

describe('a DescService', () => {
  it('has its rules by local names', () => {
    const policy = definePolicy([OrdersDesc, { list: read, getAll: rule }]);
    expect(policy.table()).toEqual([
      { method: 'orders.v1.Orders/GetAll', rule: 'scopes a', source: 'code' },
      { method: 'orders.v1.Orders/List', rule: 'scopes orders:read', source: 'code' },
      { method: '*', rule: 'denied', source: 'otherwise' },
    ]);
    expect(problemsOf(() => definePolicy([OrdersDesc, { '*': rule, List: read }]))).toEqual([
      {
        path: 'orders.v1.Orders/List',
        message: 'there is no such method; did you mean "list"?',
      },
    ]);
  });

  it('is taken by rulesFor() and among the services', () => {
    const rules = rulesFor(OrdersDesc, { getAll: rule, '*': read });
    expect(rules).toEqual({ 'orders.v1.Orders/GetAll': rule, 'orders.v1.Orders/*': read });
    const policy = definePolicy({
      services: [OrdersDesc, Billing],
      rules,
      otherwise: authenticated(),
    });
    expect(policy.ruleFor('/orders.v1.Orders/List')).toBe(read);
    expect(problemsOf(() => definePolicy({ services: [OrdersDesc], rules: {} }))).toHaveLength(2);
  });

  it('shows its rules and its default, so that nothing is lost', () => {
    const service = descService({
      name: 'Orders',
      byDefault: { scopes: ['orders:read'] },
      methods: { List: undefined, Refund: { anyScope: ['orders:write', 'admin'] } },
    });
    for (const otherwise of [denyAll(), authenticated()]) {
      const policy = definePolicy({ services: [service], rules: {}, otherwise });
      expect(policy.ruleFor('/orders.v1.Orders/List').description).toBe('scopes orders:read');
      expect(policy.ruleFor('/orders.v1.Orders/Refund').description).toBe(
        'scope orders:write or admin',
      );
    }
    expect(problemsOf(() => definePolicy([service, { list: authenticated() }]))).toMatchObject([
      { path: 'orders.v1.Orders/List', message: expect.stringContaining('weakens') },
    ]);
  });

  it('is a ConfigError where a rule cannot be read', () => {
    const methods = { List: { scopes: ['a'] } };
    const service = descService({ name: 'Orders', methods }, { without: true });
    expect(problemsOf(() => definePolicy([service, { '*': rule }]))).toMatchObject([
      { path: 'orders.v1.Orders/List', message: expect.stringContaining('cannot be read') },
    ]);
  });

  it('is a ConfigError where an option has another type than a message', () => {
    const service = descService({ name: 'Orders', methods: { List: { scopes: ['a'] } } });
    const [field] = service.methods[0]?.proto.options?.$unknown ?? [];
    Object.assign(field ?? {}, { wireType: 0, data: Uint8Array.of(1) });
    expect(problemsOf(() => definePolicy([service, { '*': rule }]))).toMatchObject([
      { path: 'orders.v1.Orders/List', message: expect.stringContaining('is not a message') },
    ]);
  });

  it.each([{ number: 51_736 }, { fieldKind: 'scalar' }, { typeName: 'acme.v1.rule' }])(
    'is a ConfigError where the imports declare another option: %j',
    (declared) => {
      const service = descService({ name: 'Orders', methods: { List: { scopes: ['a'] } } });
      const [extension] = service.file.dependencies[0]?.extensions ?? [];
      Object.assign(extension ?? {}, declared);
      expect(problemsOf(() => definePolicy([service, { '*': rule }]))).toMatchObject([
        { path: 'orders.v1.Orders/List', message: expect.stringContaining('among the imports') },
      ]);
    },
  );

  it('is a ConfigError where a descriptor set has another default', () => {
    const methods = { List: undefined };
    const service = descService({ name: 'Orders', byDefault: { scopes: ['a'] }, methods });
    const bytes = descriptorSetBytes([{ name: 'Orders', byDefault: { public: true }, methods }]);
    const options = { services: [service], descriptorSet: readDescriptorSet(bytes), rules: {} };
    expect(problemsOf(() => definePolicy(options))).toEqual([
      {
        path: 'orders.v1.Orders',
        message: 'the definition says "scopes a", the descriptor set "public"',
      },
    ]);
  });

  it.each([
    ['a field that this version does not know', [0x3a, 1, 97], 'has field 7'],
    ['a member of another type', [0x08, 1], 'has field 1'],
    ['a value that is cut off', [0x0a, 5, 97], 'cannot be read'],
  ])('is a ConfigError where a rule has %s', (_what, bytes, message) => {
    const service = descService({ name: 'Orders', methods: { List: { scopes: ['a'] } } });
    const [field] = service.methods[0]?.proto.options?.$unknown ?? [];
    Object.assign(field ?? {}, { data: Uint8Array.from([bytes.length, ...bytes]) });
    expect(problemsOf(() => definePolicy([service, { '*': rule }]))).toMatchObject([
      { path: 'orders.v1.Orders/List', message: expect.stringContaining(message) },
    ]);
  });

  it('is a ConfigError without the descriptor, which has the rules', () => {
    const { kind, typeName, methods, proto, file } = OrdersDesc;
    for (const members of [{ proto }, { file }]) {
      const stripped = { kind, typeName, methods, ...members } as never;
      expect(problemsOf(() => definePolicy([stripped, { '*': rule }]))).not.toEqual([]);
    }
  });
});
