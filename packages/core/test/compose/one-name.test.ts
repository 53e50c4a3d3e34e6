import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import { cached } from '../../src/compose/cached.ts';
import type { Authenticator } from '../../src/contract/authenticator.ts';
import { AuthError } from '../../src/errors/auth-error.ts';

function named(name: string, issuer: string): Authenticator<object> {
  return { name, issuers: [issuer], authenticate: () => new AuthError('invalid_token', 'issuer') };
}

describe('two authenticators of one name', () => {
  it('are refused also where one stands deeper inside', () => {
    const inner = anyOf(named('jwks', 'https://a'), named('oidc', 'https://b'));
    expect(() => anyOf(inner, named('jwks', 'https://c'))).toThrow(/the name "jwks"/);
    expect(() => anyOf(cached(inner), named('jwks', 'https://c'))).toThrow(/the name "jwks"/);
    expect(() => anyOf(inner, named('hs256', 'https://c'))).not.toThrow();
  });
});
