import { describe, expect, it } from 'vitest';
import { readDescriptorSet } from '../../src/descriptor-set.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import type { PolicyOptions } from '../../src/policy/policy-input.ts';
import { authenticated, denyAll, requireScopes } from '../../src/policy/rules.ts';
import type { ServiceLike } from '../../src/policy/service-definition.ts';
import { descriptorSetBytes } from '../support/descriptor-set.ts';
import { loadService } from '../support/loaded-protos.ts';
import { problemsOf } from '../support/problems.ts';

const Defaulted = loadService('defaults.proto', 'defaults.v1.Defaulted');
const Ruled = loadService('defaults.proto', 'defaults.v1.Ruled');
const Plain = loadService('plain.proto', 'plain.v1.Plain');
const otherwise = authenticated();

/** The same service and default in a package that the helper can describe. */
const OrdersList: ServiceLike = {
  List: { path: '/orders.v1.Orders/List', options: ruleOption('orders:read') },
  Refund: { path: '/orders.v1.Orders/Refund' },
} as never;
const described = readDescriptorSet(
  descriptorSetBytes([
    {
      name: 'Orders',
      byDefault: { scopes: ['orders:write'] },
      methods: { List: { scopes: ['orders:read'] }, Refund: undefined },
    },
  ]),
);

function ruleOption(scopes: string): object {
  return { '(grpc_authn.v1.rule)': { scopes } };
}

function pathsOfProblems(options: Omit<PolicyOptions, 'rules'>): readonly string[] {
  return problemsOf(() => definePolicy({ rules: {}, ...options })).map(({ path }) => path);
}

describe('a default_rule that the definition does not show', () => {
  it('stops the start where `otherwise` allows callers, and the error says what to do', () => {
    const problems = problemsOf(() =>
      definePolicy({ services: [Defaulted], rules: {}, otherwise }),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe('defaults.v1.Defaulted');
    expect(problems[0]?.message).toContain('`descriptorSet: readDescriptorSet(bytes)`');
    expect(problems[0]?.message).toContain("`serviceDefaults: 'none'`");
  });

  it('is suspected in a service whose methods have rules, also if the definition was not made by proto-loader', () => {
    expect(pathsOfProblems({ services: [Ruled], otherwise })).toEqual(['defaults.v1.Ruled']);
    expect(pathsOfProblems({ services: [OrdersList], otherwise })).toEqual(['orders.v1.Orders']);
  });

  it('is suspected whichever rule for verified callers applies otherwise', () => {
    const scopes = requireScopes('a');
    expect(pathsOfProblems({ services: [Defaulted], otherwise: scopes })).toHaveLength(1);
  });

  it('is reported for each service', () => {
    const services = [Defaulted, Ruled, Plain];
    expect(pathsOfProblems({ services, otherwise })).toEqual([
      'defaults.v1.Defaulted',
      'defaults.v1.Ruled',
    ]);
  });

  it('is not suspected where the .proto knows nothing of grpc_authn', () => {
    expect(pathsOfProblems({ services: [Plain], otherwise })).toEqual([]);
  });

  it('cannot open a method where `otherwise` denies: the method needs a rule', () => {
    for (const options of [{}, { otherwise: denyAll() }]) {
      const problems = problemsOf(() =>
        definePolicy({ services: [Defaulted], rules: {}, ...options }),
      );
      expect(problems.map(({ path }) => path)).toEqual(['defaults.v1.Defaulted/Purge']);
      expect(problems[0]?.message).toContain('if its service has a default_rule, pass');
    }
  });

  it('is read from a descriptor set', () => {
    const options = { services: [OrdersList], rules: {}, otherwise, descriptorSet: described };
    const policy = definePolicy(options);
    expect(policy.ruleFor('/orders.v1.Orders/Refund').description).toBe('scopes orders:write');
  });

  it('is still suspected where the descriptor set does not describe the service', () => {
    const services = [Defaulted, OrdersList];
    expect(pathsOfProblems({ services, otherwise, descriptorSet: described })).toEqual([
      'defaults.v1.Defaulted',
    ]);
  });
});

describe('serviceDefaults', () => {
  it("is 'none' where no service has a default_rule: then `otherwise` applies", () => {
    const serviceDefaults = 'none';
    const policy = definePolicy({ services: [Ruled], rules: {}, otherwise, serviceDefaults });
    expect(policy.ruleFor('/defaults.v1.Ruled/List').description).toBe('scopes defaults:read');
  });

  it('is a ConfigError where a descriptor set has a default', () => {
    const options = { descriptorSet: described, serviceDefaults: 'none' } as const;
    expect(pathsOfProblems(options)).toEqual(['serviceDefaults']);
  });

  it.each([null, true, 'all', ''])('is a ConfigError as %j', (serviceDefaults) => {
    const options = { services: [Plain], otherwise, serviceDefaults: serviceDefaults as never };
    expect(pathsOfProblems(options)).toEqual(['serviceDefaults']);
  });
});
