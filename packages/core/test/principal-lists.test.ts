import { describe, expect, it } from 'vitest';
import { createPrincipal } from '../src/contract/principal.ts';

const authenticator = 'test';

describe("a principal's lists", () => {
  it('have no holes', () => {
    expect(() => createPrincipal({ authenticator, scopes: Array(2) as string[] })).toThrow(
      TypeError,
    );
  });

  it('are copies, so that a getter in a frozen list answers once', () => {
    let reads = 0;
    const scopes: string[] = [];
    Object.defineProperty(scopes, 0, { get: () => `s${(reads += 1)}`, enumerable: true });
    const principal = createPrincipal({ authenticator, scopes: Object.freeze(scopes) });
    expect([principal.scopes[0], principal.scopes[0]]).toEqual(['s1', 's1']);
  });

  it('are plain arrays, so that a subclass cannot answer for them', () => {
    class Generous extends Array<string> {
      override includes(): boolean {
        return true;
      }
    }
    const principal = createPrincipal({
      authenticator,
      scopes: Object.freeze(new Generous('a', 'b')),
    });
    expect(principal.scopes.includes('admin')).toBe(false);
  });
});

describe("a principal's claims", () => {
  it('inherit from nothing that can change', () => {
    const prototype = Object.assign(Object.create(null) as object, { role: 'user' });
    const claims = Object.create(prototype) as object;
    expect(() => createPrincipal({ authenticator, claims })).toThrow(TypeError);
  });

  it('hold no subclass of Array', () => {
    class Odd extends Array<string> {}
    expect(() => createPrincipal({ authenticator, claims: { roles: new Odd('a') } })).toThrow(
      TypeError,
    );
  });
});
