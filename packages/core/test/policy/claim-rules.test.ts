import { describe, expect, it, vi } from 'vitest';
import type { JsonValue } from '../../src/contract/json.ts';
import { requireClaim } from '../../src/policy/rules.ts';
import { askWithClaims } from '../support/asked-rule.ts';

const refused = { code: 'permission_denied', reason: 'claim' };
const passed = { subject: 'alice' };

describe('a claim by its name', () => {
  it('is one literal name, with all its characters', () => {
    const rule = requireClaim('https://example.com/roles', 'admin');
    expect(askWithClaims(rule, { 'https://example.com/roles': 'admin' })).toMatchObject(passed);
    expect(askWithClaims(rule, { 'https://example': { 'com/roles': 'admin' } })).toMatchObject(
      refused,
    );
    const dotted = requireClaim('realm_access.roles', 'admin');
    expect(askWithClaims(dotted, { 'realm_access.roles': 'admin' })).toMatchObject(passed);
    expect(askWithClaims(dotted, { realm_access: { roles: 'admin' } })).toMatchObject(refused);
  });

  it.each([
    ['tenant'],
    ['TENANT'],
    ['constructor'],
    ['toString'],
    ['__proto__'],
    ['hasOwnProperty'],
  ])('is not found on the prototype: %s', (name) => {
    const anything = requireClaim(name, (value) => value !== undefined);
    expect(askWithClaims(anything, {})).toMatchObject(refused);
    expect(askWithClaims(anything, { Tenant: 'a' })).toMatchObject(refused);
  });

  it('may be an own claim called __proto__', () => {
    const claims = JSON.parse('{"__proto__": "admin"}') as object;
    expect(askWithClaims(requireClaim('__proto__', 'admin'), claims)).toMatchObject(passed);
    expect(askWithClaims(requireClaim('__proto__', 'other'), claims)).toMatchObject(refused);
  });
});

describe('the refusal by a claim rule', () => {
  it('names the claim, and never its value', () => {
    const claims = { tenant: 'canary', realm_access: { roles: ['canary'] } };
    const byName = askWithClaims(requireClaim('tenant', 'a'), claims);
    expect(byName).toMatchObject({ ...refused, claim: 'tenant' });
    const byPath = askWithClaims(requireClaim(['realm_access', 'roles'], 'a'), claims);
    expect(byPath).toMatchObject({ ...refused, claim: 'realm_access.roles' });
    expect(JSON.stringify([byName, byPath])).not.toContain('canary');
  });
});

describe('a claim by its path', () => {
  const rule = requireClaim(['resource_access', 'orders', 'roles'], 'admin');

  it('is resolved member by member', () => {
    const claims = { resource_access: { orders: { roles: ['reader', 'admin'] } } };
    expect(askWithClaims(rule, claims)).toMatchObject(passed);
    // A dot in a member of a path is a dot.
    const dotted = requireClaim(['a.b', 'c'], 1);
    expect(askWithClaims(dotted, { 'a.b': { c: 1 } })).toMatchObject(passed);
    expect(askWithClaims(dotted, { a: { b: { c: 1 } } })).toMatchObject(refused);
  });

  it.each<readonly [string, object]>([
    ['nothing there', {}],
    ['a member that is missing', { resource_access: { other: { roles: ['admin'] } } }],
    ['null on the way', { resource_access: null }],
    ['text on the way', { resource_access: 'orders' }],
    ['a list on the way', { resource_access: [{ orders: { roles: ['admin'] } }] }],
    ['a list at the last step', { resource_access: { orders: [{ roles: 'admin' }] } }],
    ['an object for the list', { resource_access: { orders: { roles: { 0: 'admin' } } } }],
  ])('does not match %s', (_what, claims) => {
    expect(askWithClaims(rule, claims)).toMatchObject(refused);
  });

  it('does not index into a list', () => {
    expect(
      askWithClaims(requireClaim(['roles', '0'], 'admin'), { roles: ['admin'] }),
    ).toMatchObject(refused);
    expect(askWithClaims(requireClaim(['roles', 'length'], 1), { roles: ['admin'] })).toMatchObject(
      refused,
    );
    expect(askWithClaims(requireClaim(['name', 'length'], 3), { name: 'abc' })).toMatchObject(
      refused,
    );
  });
});

describe('an expected value', () => {
  it.each<readonly [JsonValue, JsonValue]>([
    ['admin', 'admin'],
    [5, 5],
    [true, true],
    [false, false],
    [null, null],
    ['', ''],
    ['admin', ['reader', 'admin']],
    [5, [4, 5]],
    [null, [null]],
    [{ a: [1] }, { a: [1] }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1 }, [{ a: 1 }, 'x']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a'], ['x', ['a']]],
    [[], []],
  ])('%j matches the claim %j', (expected, claim) => {
    expect(askWithClaims(requireClaim('it', expected), { it: claim })).toMatchObject(passed);
  });

  it.each<readonly [JsonValue, JsonValue]>([
    ['admin', 'administrator'],
    ['admin', 'Admin'],
    ['admin', 'x admin y'],
    ['admin', { admin: true }],
    ['admin', [['admin']]],
    ['admin', []],
    ['true', true],
    [true, 'true'],
    [true, 1],
    [1, true],
    [5, '5'],
    ['5', 5],
    [0, false],
    [false, 0],
    [null, 'null'],
    ['', null],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: '1' }, { a: 1 }],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [['a', 'b'], 'a'],
    [['a', 'b'], ['a']],
    [[], ['a']],
    [[], 'a'],
  ])('%j does not match the claim %j', (expected, claim) => {
    expect(askWithClaims(requireClaim('it', expected), { it: claim })).toMatchObject(refused);
  });

  it.each([null, '', 'undefined', false, 0])(
    '%j does not fit a claim that is not there',
    (expected) => {
      expect(askWithClaims(requireClaim('it', expected), {})).toMatchObject(refused);
    },
  );

  it('is copied when the rule is made', () => {
    const expected: { role: string } = { role: 'admin' };
    const rule = requireClaim('it', expected);
    expected.role = 'guest';
    expect(askWithClaims(rule, { it: { role: 'guest' } })).toMatchObject(refused);
    expect(askWithClaims(rule, { it: { role: 'admin' } })).toMatchObject(passed);
  });

  it('has its path copied when the rule is made', () => {
    const path: [string, ...string[]] = ['a', 'b'];
    const rule = requireClaim(path, 1);
    path[1] = 'c';
    expect(askWithClaims(rule, { a: { c: 1 } })).toMatchObject(refused);
    expect(askWithClaims(rule, { a: { b: 1 } })).toMatchObject(passed);
  });
});

describe('a predicate', () => {
  it('receives the claim, or undefined, and a whole list', () => {
    const predicate = vi.fn<(value: JsonValue | undefined) => boolean>(() => true);
    const rule = requireClaim(['a', 'b'], predicate);
    expect(askWithClaims(rule, { a: { b: ['x', 'y'] } })).toMatchObject(passed);
    expect(askWithClaims(rule, {})).toMatchObject(passed);
    expect(predicate.mock.calls).toEqual([[['x', 'y']], [undefined]]);
  });

  it.each<readonly [string, unknown]>([
    ['false', false],
    ['undefined', undefined],
    ['null', null],
    ['1', 1],
    ['"true"', 'true'],
    ['an object', {}],
    ['a list', [true]],
    ['a boxed true', Object(true)],
    ['a function', () => true],
    ['a promise of true', Promise.resolve(true)],
    ['a promise of false', Promise.resolve(false)],
    // oxlint-disable-next-line unicorn/no-thenable -- what a library may give
    ['a thenable', { then: (fulfil: (value: boolean) => void) => fulfil(true) }],
  ])('allows a call only with true, not with %s', (_what, answer) => {
    const rule = requireClaim('it', () => answer as boolean);
    expect(askWithClaims(rule, { it: 1 })).toMatchObject(refused);
  });

  it('that throws ends the call with a bug', () => {
    const fault = new Error('boom');
    const rule = requireClaim('it', () => {
      throw fault;
    });
    const decided = askWithClaims(rule, { it: 1 });
    expect(decided).toMatchObject({ code: 'internal', reason: 'bug', cause: fault });
  });

  it('cannot change the claims', () => {
    const rule = requireClaim('it', (value) => {
      (value as unknown as string[]).push('admin');
      return true;
    });
    expect(askWithClaims(rule, { it: ['reader'] })).toMatchObject({ code: 'internal' });
  });
});
