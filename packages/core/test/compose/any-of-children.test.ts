import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import { cached } from '../../src/compose/cached.ts';
import type { Authenticator } from '../../src/contract/authenticator.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

function child(name: string, rest: Partial<Authenticator> = {}): Authenticator {
  return stubAuthenticator(() => undefined, { name, ...rest });
}
/** It knows its issuer, so it takes no opaque tokens. */
function jwt(name: string, ...issuers: readonly string[]): Authenticator {
  return child(name, { issuers: issuers.length === 0 ? [`https://${name}.example`] : issuers });
}

describe('anyOf throws a ConfigError', () => {
  it.each<readonly [string, () => readonly unknown[], RegExp]>([
    ['no authenticator', () => [], /at least one authenticator/],
    ['what is none', () => [jwt('a'), undefined], /anyOf\[1\]/],
    ['what has no authenticate()', () => [{ name: 'a' }], /anyOf\[0\]/],
    ['what has no name', () => [{ authenticate: () => undefined }], /anyOf\[0\]\.name/],
    ['schemes that are none', () => [{ ...jwt('a'), schemes: [] }], /anyOf\[0\]\.schemes/],
    ['two of one name', () => [jwt('a'), jwt('a', 'https://b.example')], /the name "a"/],
    ['one twice', () => Array.from({ length: 2 }).fill(jwt('a')), /the name "a"/],
    [
      'two of one name, of which one is inside a composition',
      () => [jwt('a'), anyOf(jwt('a', 'x'), jwt('b'))],
      /the name "a"/,
    ],
    [
      'two of one name, both inside compositions',
      () => [anyOf(jwt('a'), jwt('b')), anyOf(jwt('c'), cached(jwt('a', 'x')))],
      /the name "a"/,
    ],
    ['two for one issuer', () => [jwt('a'), jwt('b', 'https://a.example')], /the issuer/],
    [
      'two of whose issuers one is the same',
      () => [jwt('a', 'x', 'y'), jwt('b', 'z', 'y')],
      /the issuer "y"/,
    ],
    [
      'one for an issuer of a composition beside it',
      () => [anyOf(jwt('a'), jwt('b')), jwt('c', 'https://b.example')],
      /the issuer "https:\/\/b\.example"/,
    ],
    [
      'one for the issuer of a cache beside it',
      () => [cached(jwt('a')), jwt('b', 'https://a.example')],
      /the issuer/,
    ],
    [
      'one for the JWTs and one for the opaque tokens of an issuer, and points to byIssuer',
      () => [
        jwt('jwks', 'https://a.example'),
        child('introspection', { issuers: ['https://a.example'], traits: { opaqueTokens: true } }),
      ],
      /; for its JWTs and its opaque tokens use byIssuer\(\{ "https:\/\/a\.example": jwks \}, \{ opaque: introspection \}\)$/,
    ],
    [
      'two for the JWTs of an issuer, without that hint',
      () => [jwt('a', 'https://a.example'), jwt('b', 'https://a.example')],
      /the issuer "https:\/\/a\.example"$/,
    ],
    ['two that take opaque tokens', () => [child('a'), child('b')], /both "a" and "b"/],
    [
      'two that take them, among others',
      () => [jwt('x'), child('a'), jwt('y'), child('b', { issuers: [] })],
      /both "a" and "b"/,
    ],
    ['a cache on one, and another', () => [cached(child('a')), child('b')], /both "a" and "b"/],
    [
      'a composition with one, and another',
      () => [anyOf(jwt('x'), child('a')), child('b')],
      /accept tokens that name no issuer/,
    ],
    [
      'two that take them of one scheme among several',
      () => [child('a', { schemes: ['bearer', 'dpop'] }), child('b', { schemes: ['DPoP'] })],
      /both "a" and "b"/,
    ],
  ])('for %s', (_, children, message) => {
    const compose = (): unknown => anyOf(...(children() as Authenticator[]));
    expect(compose).toThrow(ConfigError);
    expect(compose).toThrow(message);
  });
});

describe('anyOf takes', () => {
  it.each<readonly [string, () => readonly Authenticator[]]>([
    ['one alone', () => [child('a')]],
    ['many that know their issuers', () => ['a', 'b', 'c', 'd'].map((name) => jwt(name))],
    ['one that takes opaque tokens beside them', () => [jwt('a'), child('b'), jwt('c')]],
    ['one that says an issuer of its own twice', () => [jwt('a', 'x', 'x'), jwt('b', 'y')]],
    [
      'two that take opaque tokens of different schemes',
      () => [child('a', { schemes: ['bearer'] }), child('b', { schemes: ['api-key'] })],
    ],
    ['compositions and caches', () => [anyOf(jwt('a'), cached(jwt('b'))), cached(child('c'))]],
  ])('%s', (_, children) => {
    expect(() => anyOf(...children())).not.toThrow();
  });
});

describe('a composition', () => {
  it('is named after its children, and answers for their issuers', () => {
    const { name, issuers, schemes } = anyOf(jwt('a', 'x', 'y'), child('b'), jwt('c', 'z'));
    expect({ name, issuers, schemes }).toEqual({
      name: 'anyOf(a, b, c)',
      issuers: ['x', 'y', 'z'],
      schemes: ['bearer'],
    });
  });

  it('does not change with the list that it was made of', () => {
    const children = [jwt('a'), jwt('b')];
    const composed = anyOf(...children);
    children.pop();
    expect(composed.name).toBe('anyOf(a, b)');
    expect(composed.issuers).toHaveLength(2);
  });
});
