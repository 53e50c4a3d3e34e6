import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors/config-error.ts';
import { type Policy } from '../../src/policy/checked-policy.ts';
import { readDescriptorSet } from '../../src/descriptor-set.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import type { Rule } from '../../src/policy/rule.ts';
import {
  allowAnonymous,
  authenticated,
  denyAll,
  override,
  publicMethod,
  requireScopes,
} from '../../src/policy/rules.ts';
import {
  type DescribedService,
  descriptorSetBytes,
  type RuleValue,
} from '../support/descriptor-set.ts';
import { problemsOf } from '../support/problems.ts';
import { loadService, OUR_PROTOS, PROTOS } from '../support/loaded-protos.ts';
import { serviceOf } from '../support/service-definitions.ts';

const ORDERS: DescribedService = {
  name: 'Orders',
  byDefault: { scopes: ['orders:read'] },
  methods: { List: undefined, Refund: { scopes: ['orders:write', 'orders:refund'] } },
};
const OPEN: DescribedService = { name: 'Open', methods: { Call: undefined } };

function policyOf(services: readonly DescribedService[], rules: Record<string, Rule> = {}): Policy {
  return definePolicy({ descriptorSet: readDescriptorSet(descriptorSetBytes(services)), rules });
}

/** The rule of a method that has this option. */
function ruleOf(rule: RuleValue): string {
  const service = { name: 'Orders', methods: { Call: rule } };
  return policyOf([service]).ruleFor('/orders.v1.Orders/Call').description;
}

describe('a rule in a descriptor set', () => {
  it.each<readonly [RuleValue, string]>([
    [{ scopes: ['a'] }, 'scopes a'],
    [{ scopes: ['a', 'b'] }, 'scopes a and b'],
    [{ anyScope: ['a', 'b'] }, 'scope a or b'],
    [{ authenticated: true }, 'authenticated'],
    [{ allowAnonymous: true }, 'anonymous allowed'],
    [{ public: true }, 'public'],
    [{ deny: true }, 'denied'],
    [{ scopes: ['a'], public: false }, 'scopes a'],
  ])('applies: %j, %s', (rule, description) => {
    expect(ruleOf(rule)).toBe(description);
  });

  it.each<readonly [RuleValue, string]>([
    [{}, 'must set exactly one member'],
    [{ scopes: [] }, 'must set exactly one member'],
    [{ authenticated: false }, 'must set exactly one member'],
    [{ scopes: ['a'], public: true }, 'must set exactly one member'],
    [{ scopes: ['a'], anyScope: ['b'] }, 'must set exactly one member'],
    [{ public: true, deny: true }, 'must set exactly one member'],
    [{ scopes: [''] }, 'needs scopes in'],
    [{ scopes: ['a', ' '] }, 'needs scopes in'],
    [{ anyScope: ['a b'] }, 'needs scopes in'],
  ])('is a ConfigError if it sets nothing, or too much: %j', (rule, said) => {
    expect(() => ruleOf(rule)).toThrow(ConfigError);
    expect(() => ruleOf(rule)).toThrow(`orders.v1.Orders/Call: the option (grpc_authn.v1.rule)`);
    expect(() => ruleOf(rule)).toThrow(said);
    const byDefault = { name: 'Orders', byDefault: rule, methods: { Call: undefined } };
    expect(() => policyOf([byDefault])).toThrow('orders.v1.Orders: the option');
    expect(() => policyOf([byDefault])).toThrow('default_rule');
  });

  it('of a service applies to its methods without a rule', () => {
    const policy = policyOf([ORDERS]);
    expect(policy.ruleFor('/orders.v1.Orders/List').description).toBe('scopes orders:read');
    expect(policy.ruleFor('/orders.v1.Orders/Refund').description).toBe(
      'scopes orders:write and orders:refund',
    );
    expect(policy.table()).toEqual([
      { method: 'orders.v1.Orders/List', rule: 'scopes orders:read', source: 'proto' },
      {
        method: 'orders.v1.Orders/Refund',
        rule: 'scopes orders:write and orders:refund',
        source: 'proto',
      },
      { method: '*', rule: 'denied', source: 'otherwise' },
    ]);
  });

  it('of a service applies to no other service', () => {
    const policy = policyOf([ORDERS, OPEN], { 'orders.v1.Open/Call': authenticated() });
    expect(policy.ruleFor('/orders.v1.Open/Call')).toBe(authenticated());
    expect(policy.ruleFor('/orders.v1.Orders2/List')).toBe(denyAll());
  });

  it('defines the known methods: names and coverage are checked', () => {
    expect(() => policyOf([OPEN])).toThrow('orders.v1.Open/Call: no rule');
    const typo = { 'orders.v1.Open/Cal': denyAll(), 'orders.v1.Open/Call': denyAll() };
    expect(() => policyOf([OPEN], typo)).toThrow('did you mean "orders.v1.Open/Call"?');
  });

  it('is checked together with the services', () => {
    const services = [serviceOf('orders.v1.Billing', 'Charge')];
    const set = readDescriptorSet(descriptorSetBytes([ORDERS]));
    const define = (rules: Record<string, Rule>) =>
      definePolicy({ services, descriptorSet: set, rules });
    expect(() => define({})).toThrow('orders.v1.Billing/Charge: no rule');
    const policy = define({ 'orders.v1.Billing/Charge': denyAll() });
    expect(policy.ruleFor('/orders.v1.Orders/List').description).toBe('scopes orders:read');
  });
});

describe('a rule in code beside one in a descriptor set', () => {
  const refuses = (rules: Record<string, Rule>) => {
    expect(() => policyOf([ORDERS], rules)).toThrow(ConfigError);
    return expect(() => policyOf([ORDERS], rules));
  };

  it('may not weaken the rule of a method, unless it says so', () => {
    const path = 'orders.v1.Orders/Refund';
    refuses({ [path]: requireScopes('orders:write') }).toThrow(`${path}: the rule`);
    const policy = policyOf([ORDERS], { [path]: override(requireScopes('orders:write')) });
    expect(policy.ruleFor(`/${path}`).description).toBe('scopes orders:write (override)');
  });

  it('may not weaken the default of a service, unless it says so', () => {
    const path = 'orders.v1.Orders/List';
    refuses({ [path]: authenticated() }).toThrow(`${path}: the rule`);
    refuses({ [path]: allowAnonymous() }).toThrow(`${path}: the rule`);
    const policy = policyOf([ORDERS], { [path]: override(publicMethod()) });
    expect(policy.ruleFor(`/${path}`).description).toBe('public (override)');
  });

  it('applies to a whole service instead of its default, but may not weaken it', () => {
    const all = 'orders.v1.Orders/*';
    refuses({ [all]: authenticated() }).toThrow(`${all}: the rule`);
    refuses({ [all]: authenticated() }).toThrow('for orders.v1.Orders/List');
    for (const rule of [requireScopes('orders:read', 'x'), override(authenticated())]) {
      const policy = policyOf([ORDERS], { [all]: rule });
      expect(policy.ruleFor('/orders.v1.Orders/List')).toBe(rule);
      // Exact beats wildcard, whatever its source.
      expect(policy.ruleFor('/orders.v1.Orders/Refund').description).toBe(
        'scopes orders:write and orders:refund',
      );
      expect(policy.table()).toContainEqual({
        method: 'orders.v1.Orders/List',
        rule: rule.description,
        source: 'code',
      });
    }
  });
});

describe('a descriptor set that is incomplete', () => {
  const withoutRuleFile = (services: readonly DescribedService[]) =>
    readDescriptorSet(descriptorSetBytes(services, { without: true }));

  it('is a ConfigError where rule.proto is not in it', () => {
    for (const service of [ORDERS, { name: 'Open', methods: { Call: { public: true } } }]) {
      const set = withoutRuleFile([service]);
      for (const otherwise of [denyAll(), authenticated()]) {
        const define = () => definePolicy({ descriptorSet: set, rules: {}, otherwise });
        expect(define).toThrow(ConfigError);
        expect(define).toThrow('grpc_authn/v1/rule.proto is not among the imports');
      }
    }
    const paths = problemsOf(() =>
      definePolicy({ descriptorSet: withoutRuleFile([ORDERS]), rules: {} }),
    ).map(({ path }) => path);
    expect(paths.slice(0, 2)).toEqual(['orders.v1.Orders', 'orders.v1.Orders/Refund']);
  });

  it('is a ConfigError where the definitions say something else', () => {
    const services = [loadService('orders.proto', 'orders.v1.Orders')];
    const methods = Object.fromEntries(
      Object.keys(services[0] ?? {}).map((name) => [name, undefined]),
    );
    const set = readDescriptorSet(descriptorSetBytes([{ name: 'Orders', methods }]));
    const define = () =>
      definePolicy({ services, descriptorSet: set, rules: {}, otherwise: authenticated() });
    expect(problemsOf(define)).toContainEqual({
      path: 'orders.v1.Orders/Get',
      message: 'the definition says "scopes orders:read", the descriptor set "none"',
    });
  });

  it('leaves the rules of a service that it does not describe to the definition', () => {
    const services = [loadService('orders.proto', 'orders.v1.Orders')];
    const set = readDescriptorSet(descriptorSetBytes([OPEN]));
    const rules = { 'orders.v1.Orders/Unmarked': denyAll(), 'orders.v1.Open/Call': denyAll() };
    const policy = definePolicy({ services, descriptorSet: set, rules });
    expect(policy.ruleFor('/orders.v1.Orders/Get').description).toBe('scopes orders:read');
  });

  it.each([null, 'orders.binpb', {}, { files: 1 }, descriptorSetBytes([ORDERS])])(
    'is a ConfigError where readDescriptorSet() did not make it: %j',
    (given) => {
      const define = () => definePolicy({ descriptorSet: given as never, rules: {} });
      expect(problemsOf(define)).toEqual([
        {
          path: 'descriptorSet',
          message: expect.stringContaining('expected the result of readDescriptorSet()'),
        },
      ]);
    },
  );
});

describe('readDescriptorSet()', () => {
  it('counts the files, and shows nothing else', () => {
    const set = readDescriptorSet(descriptorSetBytes([ORDERS]));
    expect(set.files).toBe(3);
    expect(Object.keys(set)).toEqual(['files']);
    expect(Object.isFrozen(set)).toBe(true);
  });

  it.each<readonly [string, Uint8Array]>([
    ['text', new TextEncoder().encode('syntax = "proto3"; package orders.v1;')],
    ['JSON', new TextEncoder().encode('{"file": []}')],
    ['a set that is cut off', descriptorSetBytes([ORDERS]).slice(0, -7)],
    ['a set without its imports', withoutImports()],
    ['an empty file', new Uint8Array()],
  ])('rejects %s', (_what, bytes) => {
    expect(() => readDescriptorSet(bytes)).toThrow(ConfigError);
    expect(() => readDescriptorSet(bytes)).toThrow('expected a complete FileDescriptorSet');
  });

  it.each([undefined, null, 'orders.binpb', {}, [1, 2]])(
    'rejects what is not bytes: %j',
    (given) => {
      expect(() => readDescriptorSet(given as never)).toThrow(ConfigError);
    },
  );

  /** What protoc writes without --include_imports: the file alone. */
  function withoutImports(): Uint8Array {
    const bytes = descriptorSetBytes([ORDERS]);
    // Field 1 of the set occurs three times; the last one is the file itself.
    let at = 0;
    for (let file = 0; file < 2; file += 1) {
      let [length, shift] = [0, 0];
      at += 1;
      for (; ; at += 1, shift += 7) {
        length += ((bytes[at] ?? 0) & 127) << shift;
        if ((bytes[at] ?? 0) < 128) break;
      }
      at += 1 + length;
    }
    return bytes.slice(at);
  }
});

const hasProtoc = spawnSync('protoc', ['--version']).status === 0;

describe('a descriptor set that protoc wrote', () => {
  it.skipIf(!hasProtoc)('says what proto-loader reads in the same .proto', () => {
    const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-protoc-'));
    try {
      const file = join(folder, 'orders.binpb');
      const includes = ['-I', PROTOS, '-I', OUR_PROTOS];
      const out = ['--include_imports', `--descriptor_set_out=${file}`];
      expect(spawnSync('protoc', [...includes, ...out, 'orders.proto']).status).toBe(0);
      const rules = { 'orders.v1.Orders/Unmarked': denyAll() };
      const services = [loadService('orders.proto', 'orders.v1.Orders')];
      const descriptorSet = readDescriptorSet(readFileSync(file));
      const described = definePolicy({ descriptorSet, rules }).table();
      expect(described).toEqual(definePolicy({ services, rules }).table());
      expect(definePolicy({ services, descriptorSet, rules }).table()).toEqual(described);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
