import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../src/contract/json.ts';
import { createPrincipal } from '../src/contract/principal.ts';

function withClaims(claims: object) {
  return createPrincipal({ authenticator: 'stub', claims });
}

/** Everything reachable from a value that is not frozen, by path. */
function soft(value: unknown, path = '', seen = new Set<unknown>()): string[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  const inner = Reflect.ownKeys(value).flatMap((name) =>
    soft(value[name as never], `${path}.${String(name)}`, seen),
  );
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

class Account {
  readonly role: string = 'admin';
}

describe('a principal is frozen', () => {
  it('itself, and with it its lists and its confirmation', () => {
    const principal = createPrincipal({
      authenticator: 'stub',
      audience: ['orders'],
      scopes: ['orders:read'],
      confirmation: { jkt: 'thumbprint' },
    });
    expect(soft(principal)).toEqual([]);
    expect(() => (principal.scopes as string[]).push('orders:write')).toThrow(TypeError);
    expect(() => Object.assign(principal, { subject: 'mallory' })).toThrow(TypeError);
  });

  it('with defaults only', () => {
    expect(soft(createPrincipal({ authenticator: 'stub' }))).toEqual([]);
  });

  it('with all objects and lists in its claims', () => {
    const { claims } = withClaims({ a: { b: [{ c: [[{ d: 1 }]] }] }, e: [] });
    expect(soft(claims)).toEqual([]);
  });

  it('behind an object that is frozen at the surface only', () => {
    const claims = Object.freeze({ shallow: Object.freeze({ deep: { roles: ['user'] } }) });
    expect(soft(withClaims(claims))).toEqual([]);
  });

  it('behind a symbol and behind a name that is not enumerated', () => {
    const hidden = Object.defineProperty({ [Symbol('s')]: { a: 1 } }, 'h', { value: { b: 2 } });
    expect(soft(withClaims(hidden))).toEqual([]);
  });

  it('with its claims going round in a circle, frozen or not', () => {
    const circle: { self?: object; list: object[] } = { list: [] };
    circle.self = circle;
    circle.list.push(circle, circle.list);
    expect(soft(withClaims(circle))).toEqual([]);
    expect(soft(withClaims(circle))).toEqual([]);
    expect(soft(withClaims(Object.freeze({ twice: circle, again: circle })))).toEqual([]);
  });

  it('with claims nested deeper than the stack goes', () => {
    let claims: object = { bottom: ['reached'] };
    const bottom = claims;
    for (let depth = 0; depth < 100_000; depth += 1) claims = { claims };
    withClaims(claims);
    expect(soft(bottom)).toEqual([]);
  });

  it('with claims of a null prototype, as parsers make them', () => {
    const claims = Object.assign(Object.create(null), { roles: ['user'] }) as object;
    expect(soft(withClaims(claims))).toEqual([]);
  });

  it('through and through, whatever JSON its claims are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (claims) => {
        expect(soft(withClaims(claims))).toEqual([]);
      }),
    );
  });
});

describe('claims that hold more than JSON can', () => {
  let called = false;
  const getter = {
    get role() {
      called = true;
      return 'admin';
    },
  };
  it.each<readonly [string, unknown]>([
    ['a Map', new Map([['role', 'user']])],
    ['a Set', new Set(['user'])],
    ['a Date', new Date(0)],
    ['bytes', new Uint8Array(2)],
    ['a class instance', new Account()],
    ['an Error', new Error('canary')],
    ['a boxed string', Object('canary') as unknown],
    ['a getter', getter],
    ['a function', () => 'canary'],
    ['a class', Account],
    ['a symbol', Symbol('canary')],
    ['an object that inherits', Object.create({ role: 'admin' })],
  ])('such as %s are refused at any depth, and no value is shown', (_what, value) => {
    const shapes = [{ value }, { deep: { value } }, { list: [[value]] }, Object.freeze({ value })];
    for (const claims of shapes) {
      expect(() => withClaims(claims)).toThrow(TypeError);
      expect(() => withClaims(claims)).toThrow('principal.claims');
      expect(() => withClaims(claims)).not.toThrow('canary');
    }
    expect(called).toBe(false);
  });

  it.each([new Map(), new Date(0), new Account(), getter])('are refused whole, too', (claims) => {
    expect(() => withClaims(claims)).toThrow(TypeError);
  });

  it('may be undefined, which a schema leaves behind', () => {
    expect(withClaims({ a: undefined }).claims).toEqual({ a: undefined });
  });
});

describe("the caller's own lists", () => {
  it('change nothing when they are changed later', () => {
    const audience = ['orders'];
    const scopes = ['orders:read'];
    const confirmation = { jkt: 'a' };
    const principal = createPrincipal({ authenticator: 'stub', audience, scopes, confirmation });
    audience.push('billing');
    scopes[0] = 'orders:write';
    confirmation.jkt = 'b';
    expect(principal).toMatchObject({ audience: ['orders'], scopes: ['orders:read'] });
    expect(principal.confirmation).toEqual({ jkt: 'a' });
  });

  it('cannot be changed later within the claims', () => {
    const roles = ['user'];
    const claims: JsonObject = { roles };
    const principal = withClaims(claims);
    expect(() => roles.push('admin')).toThrow(TypeError);
    expect(principal.claims).toEqual({ roles: ['user'] });
  });
});
