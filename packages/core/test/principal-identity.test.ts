import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrincipal, isPrincipal } from '../src/contract/principal.ts';

const principal = createPrincipal({ authenticator: 'stub', subject: 'alice' });

describe('isPrincipal', () => {
  it('knows what createPrincipal made', () => {
    expect(isPrincipal(principal)).toBe(true);
  });

  it.each<readonly [string, unknown]>([
    ['a spread', { ...principal }],
    ['an assigned copy', Object.assign({}, principal)],
    ['an heir', Object.create(principal)],
    [
      'an heir of the prototype with all properties',
      Object.assign(Object.create(Object.getPrototypeOf(principal) as object), principal),
    ],
    ['the prototype', Object.getPrototypeOf(principal)],
    ['a structured clone', structuredClone(principal)],
    ['a JSON copy', JSON.parse(JSON.stringify(principal))],
    ['a Proxy', new Proxy(principal, {})],
    ['the class behind it', principal.constructor],
    ['a list of one', [principal]],
    ['null', null],
    ['undefined', undefined],
    ['true', true],
    ['a string', 'alice'],
    ['a function', () => principal],
  ])('refuses %s', (_what, value) => {
    expect(isPrincipal(value)).toBe(false);
  });

  it('refuses anything that a program can make up', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(isPrincipal(value)).toBe(false);
      }),
    );
  });

  it('hands out no way to mark another object', () => {
    expect(Reflect.ownKeys(principal).filter((key) => typeof key === 'symbol')).toEqual([]);
    expect(Object.getOwnPropertySymbols(Object.getPrototypeOf(principal))).toEqual([]);
  });

  it('is not undone by an init that pretends to be one', () => {
    const forged = { ...principal, authenticator: '' };
    expect(() => createPrincipal(forged)).toThrow(TypeError);
  });
});
