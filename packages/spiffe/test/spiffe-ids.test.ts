import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionOf } from '../../jwt/test/support/adapter-specs.ts';
import { isSpiffeId } from '../src/spiffe-id.ts';
import { bundleKey, createSigningKey, createVerifier, svid } from './support/trust-domain.ts';

const key = createSigningKey('ES256', 'main');
const keys = [bundleKey(key)];
const decide = (sub: unknown, allow?: readonly [string, ...string[]]): Promise<string> =>
  decisionOf(createVerifier(keys, allow === undefined ? {} : { allow }), svid(key, { sub }));

const LONGEST = `spiffe://acme.example/${'a'.repeat(2048 - 22)}`;

describe('the sub of a JWT-SVID', () => {
  it.each([
    'spiffe://acme.example/web',
    'spiffe://acme.example/ns/prod/sa/Web-1_2.3',
    'spiffe://acme.example/...',
    'spiffe://acme.example/.hidden/a..b',
    'spiffe://acme.example',
    LONGEST,
  ])('is accepted: %s', async (sub) => {
    expect(await decide(sub)).toBe('spiffe');
  });

  it.each<readonly [string, unknown]>([
    ['another trust domain', 'spiffe://other.example/web'],
    ['a trust domain that begins like it', 'spiffe://acme.example.evil/web'],
    ['a trust domain that ends like it', 'spiffe://evil.acme.example/web'],
    ['a trust domain with a dot at its end', 'spiffe://acme.example./web'],
    ['a user name', 'spiffe://acme.example@evil.example/web'],
    ['a user name and a password', 'spiffe://a:b@acme.example/web'],
    ['a port', 'spiffe://acme.example:443/web'],
    ['an empty port', 'spiffe://acme.example:/web'],
    ['an upper-case trust domain', 'spiffe://ACME.example/web'],
    ['an upper-case scheme', 'SPIFFE://acme.example/web'],
    ['another scheme', 'https://acme.example/web'],
    ['no scheme', 'acme.example/web'],
    ['a backslash', 'spiffe:\\\\acme.example\\web'],
    ['a third slash', 'spiffe:///acme.example/web'],
    ['a percent-encoded trust domain', 'spiffe://acme%2eexample/web'],
    ['a space in front', ' spiffe://acme.example/web'],
    ['a query without a path', 'spiffe://acme.example?a=/web'],
    ['a fragment without a path', 'spiffe://acme.example#/web'],
    ['a list', ['spiffe://acme.example/web']],
    ['an object', { toString: 'spiffe://acme.example/web' }],
    ['a number', 5],
    ['null', null],
    ['nothing', undefined],
    ['an empty string', ''],
  ])('is of another issuer: %s', async (_, sub) => {
    expect(await decide(sub)).toBe('invalid_token/issuer');
  });

  it.each([
    ['a query', 'spiffe://acme.example/web?a=b'],
    ['an empty query', 'spiffe://acme.example/web?'],
    ['a fragment', 'spiffe://acme.example/web#a'],
    ['a trailing slash', 'spiffe://acme.example/web/'],
    ['a root path', 'spiffe://acme.example/'],
    ['an empty segment', 'spiffe://acme.example/ns//web'],
    ['a dot segment', 'spiffe://acme.example/ns/./web'],
    ['a dot-dot segment', 'spiffe://acme.example/ns/prod/../admin'],
    ['a dot-dot segment at the end', 'spiffe://acme.example/ns/..'],
    ['a percent-encoded slash', 'spiffe://acme.example/ns%2Fweb'],
    ['a percent-encoded letter', 'spiffe://acme.example/%77eb'],
    ['a backslash', 'spiffe://acme.example/ns\\web'],
    ['an at sign', 'spiffe://acme.example/web@evil'],
    ['a colon', 'spiffe://acme.example/a:b'],
    ['a wildcard', 'spiffe://acme.example/*'],
    ['a space', 'spiffe://acme.example/web '],
    ['a line end', 'spiffe://acme.example/web\n'],
    ['a zero byte', 'spiffe://acme.example/web\0'],
    ['a letter that looks like another', 'spiffe://acme.example/w\u0435b'],
    ['2,049 bytes', `${LONGEST}a`],
  ])('is not well-formed: %s', async (_, sub) => {
    expect(await decide(sub)).toBe('invalid_token/claim');
    expect(isSpiffeId(sub)).toBe(false);
  });

  it('never has a form that a URL parser changes', () => {
    assert(
      property(string({ unit: constantFrom(...Array.from('spife:/.aA0-_%@?#*\\ ')) }), (text) => {
        const id = `spiffe://${text}`;
        if (isSpiffeId(id)) expect(new URL(id).href).toBe(id);
      }),
    );
  });
});

describe('allow', () => {
  it.each<readonly [string, readonly [string, ...string[]], string]>([
    ['an ID', ['spiffe://acme.example/ns/prod/web'], 'spiffe'],
    ['a prefix', ['spiffe://acme.example/ns/prod/*'], 'spiffe'],
    ['a prefix of the trust domain', ['spiffe://acme.example/*'], 'spiffe'],
    ['one of several', ['spiffe://acme.example/a', 'spiffe://acme.example/ns/*'], 'spiffe'],
    ['another ID', ['spiffe://acme.example/ns/prod/we'], 'invalid_token/claim'],
    ['an ID above it', ['spiffe://acme.example/ns/prod'], 'invalid_token/claim'],
    ['another prefix', ['spiffe://acme.example/ns/pro/*'], 'invalid_token/claim'],
    ['a prefix of its children', ['spiffe://acme.example/ns/prod/web/*'], 'invalid_token/claim'],
    ['another case', ['spiffe://acme.example/NS/*'], 'invalid_token/claim'],
  ])('matches whole segments: %s', async (_, allow, outcome) => {
    expect(await decide('spiffe://acme.example/ns/prod/web', allow)).toBe(outcome);
  });

  it('does not match the ID of the trust domain itself by a prefix', async () => {
    expect(await decide('spiffe://acme.example', ['spiffe://acme.example/*'])).toBe(
      'invalid_token/claim',
    );
    expect(await decide('spiffe://acme.example', ['spiffe://acme.example'])).toBe('spiffe');
  });
});
