import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors/config-error.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { publicMethod, requireScopes } from '../../src/policy/rules.ts';
import { healthChecks, reflection, rulesFor } from '../../src/policy/rules-for.ts';
import type { ServiceLike } from '../../src/policy/service-definition.ts';
import { Orders } from '../support/service-definitions.ts';

const rule = requireScopes('a');
/** ts-proto names methods in camel case; the path has the name of the .proto. */
const camelCased = {
  list: { path: '/orders.v1.Orders/List' },
  listAll: { path: '/orders.v1.Orders/ListAll' },
} as const;

/** Without types, as JavaScript calls it. */
const loose = rulesFor as (service: unknown, rules: object) => ReturnType<typeof rulesFor>;

describe('rulesFor()', () => {
  it('binds rules to the paths of the methods', () => {
    expect(rulesFor(Orders, { List: rule, '*': publicMethod() })).toEqual({
      'orders.v1.Orders/List': rule,
      'orders.v1.Orders/*': publicMethod(),
    });
    expect(rulesFor(camelCased, { listAll: rule, '*': publicMethod() })).toEqual({
      'orders.v1.Orders/ListAll': rule,
      'orders.v1.Orders/*': publicMethod(),
    });
  });

  it('skips undefined rules', () => {
    expect(loose(Orders, { List: undefined })).toEqual({});
    expect(rulesFor(Orders, {})).toEqual({});
  });

  it.each([
    ['Lsit', 'List'],
    ['list', 'List'],
    ['Refunds', 'Refund'],
  ])('is a ConfigError for an unknown method, with the nearest name: %s, %s', (name, near) => {
    expect(() => loose(Orders, { [name]: rule })).toThrow(ConfigError);
    expect(() => loose(Orders, { [name]: rule })).toThrow(`did you mean "${near}"?`);
  });

  it.each(['Cancellation', 'toString', 'constructor', '__proto__', 'orders.v1.Orders/List'])(
    'is a ConfigError for an unknown method: %s',
    (name) => {
      const rules = Object.defineProperty({}, name, { value: rule, enumerable: true });
      expect(() => loose(Orders, rules)).toThrow(ConfigError);
      expect(() => loose(Orders, rules)).toThrow(
        `orders.v1.Orders/${name}: there is no such method`,
      );
    },
  );

  it('is a ConfigError for the name in the path if the definition has another one', () => {
    expect(() => loose(camelCased, { ListAll: rule })).toThrow('did you mean "listAll"?');
  });

  it.each([undefined, null, 'orders.v1.Orders', 5, () => Orders])(
    'is a ConfigError for %s as a service',
    (wrong) => {
      for (const rules of [{ List: rule }, { '*': rule }, {}]) {
        expect(() => loose(wrong, rules)).toThrow(ConfigError);
        expect(() => loose(wrong, rules)).toThrow('rulesFor');
      }
    },
  );

  it.each([undefined, null, 'List', 5])('is a ConfigError for %s as rules', (wrong) => {
    expect(() => loose(Orders, wrong as never)).toThrow(ConfigError);
  });

  it('is a ConfigError for a method without a path', () => {
    for (const method of [undefined, null, {}, { path: 5 }]) {
      for (const name of ['List', '*']) {
        expect(() => loose({ List: method }, { [name]: rule })).toThrow(ConfigError);
      }
    }
  });

  it.each<readonly [string, ServiceLike]>([
    ['has no methods', {}],
    ['is a client', { service: Orders } as never],
  ])('is a ConfigError for the wildcard of a service that %s', (_what, service) => {
    expect(() => loose(service, { '*': rule })).toThrow(ConfigError);
  });

  it('makes rules that can be combined in one policy', () => {
    const policy = definePolicy({
      services: [Orders],
      rules: { ...rulesFor(Orders, { '*': rule }), ...healthChecks() },
    });
    expect(policy.ruleFor('/orders.v1.Orders/Refund')).toBe(rule);
    expect(policy.ruleFor('/grpc.health.v1.Health/Check')).toBe(publicMethod());
  });
});

describe('healthChecks()', () => {
  const policy = definePolicy(healthChecks());

  it.each([
    '/grpc.health.v1.Health/Check',
    '/grpc.health.v1.Health/Watch',
    '/grpc.health.v1.Health/List',
  ])('makes %s public', (method) => {
    expect(policy.ruleFor(method)).toBe(publicMethod());
  });

  it.each([
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    '/grpc.channelz.v1.Channelz/GetServers',
    '/orders.v1.Orders/List',
    '/grpc.health.v2.Health/Check',
  ])('makes nothing else public: %s', (method) => {
    expect(policy.ruleFor(method).description).toBe('denied');
  });
});

describe('reflection()', () => {
  it('has the given rule for both versions, and for nothing else', () => {
    const policy = definePolicy(reflection(rule), healthChecks());
    for (const version of ['v1', 'v1alpha']) {
      const method = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      expect(policy.ruleFor(method)).toBe(rule);
    }
    expect(policy.ruleFor('/grpc.reflection.v2.ServerReflection/X').description).toBe('denied');
    expect(policy.ruleFor('/grpc.channelz.v1.Channelz/GetServers').description).toBe('denied');
  });

  it.each([undefined, null, 'public'])('needs a rule, not %j', (wrong) => {
    expect(() => definePolicy(reflection(wrong as never))).toThrow(ConfigError);
  });
});
