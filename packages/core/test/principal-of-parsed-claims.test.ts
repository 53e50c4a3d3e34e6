import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createParsedPrincipal, isPrincipal } from '../src/contract/principal.ts';
import type { JsonObject } from '../src/contract/json.ts';

function everyObject(root: unknown): readonly object[] {
  if (typeof root !== 'object' || root === null) return [];
  return [root, ...Object.values(root).flatMap(everyObject)];
}

function principalOf(claims: JsonObject) {
  return createParsedPrincipal({ authenticator: 'stub', subject: 'alice' }, claims);
}

describe('a principal of claims that were parsed', () => {
  it('is one like any other, and frozen through and through', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
        const text = JSON.stringify(members);
        const principal = principalOf(JSON.parse(text) as JsonObject);
        expect(isPrincipal(principal)).toBe(true);
        expect(everyObject(principal).every(Object.isFrozen)).toBe(true);
        expect(principal.claims).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is frozen in a claim called __proto__ too', () => {
    const claims = JSON.parse('{"__proto__":{"a":[{}]}}') as JsonObject;
    const own: unknown = Object.getOwnPropertyDescriptor(
      principalOf(claims).claims,
      '__proto__',
    )?.value;
    expect(everyObject(own)).toHaveLength(3);
    expect(everyObject(own).every(Object.isFrozen)).toBe(true);
  });

  it('freezes nothing that the claims only inherit', () => {
    const shared = { open: true };
    // oxlint-disable-next-line no-extend-native -- the pollution under test
    Object.defineProperty(Object.prototype, 'polluted', {
      value: shared,
      enumerable: true,
      configurable: true,
    });
    try {
      principalOf({ sub: 'alice' });
    } finally {
      delete (Object.prototype as { polluted?: unknown }).polluted;
    }
    expect(Object.isFrozen(shared)).toBe(false);
  });

  it('may be as deep as a token is long', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`) as JsonObject;
    expect(isPrincipal(principalOf(deep))).toBe(true);
  });

  it('is held to the same shapes as any other', () => {
    expect(() => createParsedPrincipal({ authenticator: '', subject: 'x' }, {})).toThrow(TypeError);
    expect(() =>
      createParsedPrincipal({ authenticator: 'x', expiresAtEpochSeconds: NaN }, {}),
    ).toThrow(TypeError);
  });
});
