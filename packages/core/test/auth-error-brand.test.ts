import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/errors/auth-error.ts';
import type * as AuthErrorModule from '../src/errors/auth-error.ts';

/** The query makes the module loader take it for another module: a second copy of the package. */
async function secondCopy(): Promise<typeof AuthErrorModule> {
  const address = '../src/errors/auth-error.ts?copy';
  return (await import(/* @vite-ignore */ address)) as typeof AuthErrorModule;
}

const real = new AuthError('invalid_token', 'signature');
/** Its own properties alone. */
const copied: object = Object.assign({}, real);
const BRAND = Symbol.for('@grpc-authn/AuthError');

describe('AuthError.is', () => {
  it('knows an AuthError', () => {
    expect(AuthError.is(real)).toBe(true);
  });

  it('knows an AuthError of another copy of the package, in both directions', async () => {
    const { AuthError: Other } = await secondCopy();
    expect(Other).not.toBe(AuthError);
    const theirs = new Other('unavailable', 'jwks');
    expect(theirs).not.toBeInstanceOf(AuthError);
    expect(AuthError.is(theirs)).toBe(true);
    expect(Other.is(real)).toBe(true);
  });

  it('knows an AuthError of a subclass', () => {
    class Stricter extends AuthError {}
    expect(AuthError.is(new Stricter('internal', 'bug'))).toBe(true);
  });

  const lookAlikes: readonly (readonly [string, unknown])[] = [
    ['an object with all of its properties', { code: 'invalid_token', reason: 'signature' }],
    ['a spread of one', { ...copied }],
    ['a JSON copy of one', JSON.parse(JSON.stringify(real))],
    ['a structured clone of one', structuredClone(real)],
    [
      'an Error of its name and code',
      Object.assign(new Error('x'), { ...copied, name: 'AuthError' }),
    ],
    ['one whose brand is the text of the symbol', { ...copied, '@grpc-authn/AuthError': true }],
    ['one whose brand is another symbol', { ...copied, [Symbol('@grpc-authn/AuthError')]: true }],
    ['one whose brand is truthy, not true', { ...copied, [BRAND]: 1 }],
    ['a branded object without a code', { [BRAND]: true }],
    ['a branded object of an unknown code', { [BRAND]: true, code: 'tomorrow' }],
    ['a branded object of an inherited code', { [BRAND]: true, code: 'toString' }],
    ['the prototype', AuthError.prototype],
    ['the class', AuthError],
    ['a branded function', Object.assign(() => undefined, { [BRAND]: true, code: 'internal' })],
    ['null', null],
    ['undefined', undefined],
    ['its code', 'invalid_token'],
    ['true', true],
  ];

  it.each(lookAlikes)('is not fooled by %s', (_name, value) => {
    expect(AuthError.is(value)).toBe(false);
  });

  it('is false for anything that a program can make up', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(AuthError.is(value)).toBe(false);
      }),
    );
  });
});
