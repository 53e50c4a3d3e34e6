import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, principalOf, type TestOptions, token } from './support/test-authenticator.ts';

async function scopesOf(
  changes: object,
  options: TestOptions = {},
): Promise<readonly string[] | string> {
  const decision = await decide(token(changes), options);
  return decision === 'accepted' ? (await principalOf(token(changes), options)).scopes : decision;
}

describe('the scopes of a token', () => {
  it('are split at U+0020', async () => {
    expect(await scopesOf({ scope: 'read write' })).toEqual(['read', 'write']);
    expect(await scopesOf({ scope: '  read   write ' })).toEqual(['read', 'write']);
    expect(await scopesOf({ scope: '' })).toEqual([]);
    expect(await scopesOf({})).toEqual([]);
  });

  it.each([
    ['a no-break space', '\u00a0'],
    ['a tab', '\t'],
    ['a newline', '\n'],
    ['an em space', '\u2003'],
    ['a byte order mark', '\ufeff'],
    ['a line separator', '\u2028'],
    ['a comma', ','],
    ['a plus sign', '+'],
  ])('are not split at %s', async (_, separator) => {
    const scope = `read${separator}admin`;
    expect(await scopesOf({ scope })).toEqual([scope]);
  });

  it('contain no space and only text of the claim', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[!#-[\]-~]+$/)), async (scopes) => {
        expect(await scopesOf({ scope: scopes.join(' ') })).toEqual(scopes);
      }),
    );
  });

  it.each([
    ['null', null],
    ['a number', 5],
    ['an object', { read: true }],
    ['true', true],
  ])('are refused if scope is %s', async (_, scope) => {
    expect(await scopesOf({ scope })).toBe('invalid_token/claim');
  });

  it.each([
    ['Spring Authorization Server', ['read', 'write']],
    ['Duende IdentityServer, with one scope', ['read']],
    ['UAA, with names of its own', ['orders.read', 'uaa.user']],
    ['nobody in particular, without a scope', []],
    ['nobody in particular, with a space in a scope', ['read write']],
  ])('can be a list of strings in scope, as from %s', async (_, scope) => {
    expect(await scopesOf({ scope })).toEqual(scope);
  });

  it('can be a list of strings in scp, as from Okta', async () => {
    expect(await scopesOf({ scp: ['read', 'write'] })).toEqual(['read', 'write']);
    expect(await scopesOf({ scp: 'read write' })).toEqual(['read', 'write']);
  });

  it.each([
    ['a number in the list', ['read', 5]],
    ['a list in the list', [['read']]],
    ['null in the list', [null]],
    ['an object', { 0: 'read', length: 1 }],
    ['null', null],
  ])('are refused if scope or scp has %s', async (_, value) => {
    expect(await scopesOf({ scp: value })).toBe('invalid_token/claim');
    expect(await scopesOf({ scope: value })).toBe('invalid_token/claim');
  });

  it('come from the first claim that is present, and are never merged', async () => {
    expect(await scopesOf({ scope: 'read', scp: ['admin'] })).toEqual(['read']);
    expect(await scopesOf({ scope: '', scp: ['admin'] })).toEqual([]);
    expect(await scopesOf({ scope: [], scp: ['admin'] })).toEqual([]);
    expect(await scopesOf({ scope: null, scp: ['admin'] })).toBe('invalid_token/claim');
    const scopeClaims = ['scp', 'scope'];
    expect(await scopesOf({ scope: 'admin', scp: 'read' }, { scopeClaims })).toEqual(['read']);
  });

  it('come from the configured claims only', async () => {
    const options = { scopeClaims: ['roles'] };
    expect(await scopesOf({ scope: 'admin', roles: ['clerk'] }, options)).toEqual(['clerk']);
    expect(await scopesOf({ scope: 'admin' }, options)).toEqual([]);
    expect(await scopesOf({ scope: 'admin' }, { scopeClaims: [] })).toEqual([]);
    expect(await scopesOf({}, { scopeClaims: ['constructor', '__proto__'] })).toEqual([]);
  });
});
