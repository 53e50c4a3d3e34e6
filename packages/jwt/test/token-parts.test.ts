import { AuthError } from '@grpc-authn/core/authenticator';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { splitCompactJws } from '../src/compact/split-compact-jws.ts';
import { anyText } from './support/any-text.ts';
import { explained } from './support/explained.ts';
import { createTestAuthenticator, decide, token } from './support/test-authenticator.ts';

const MAX_CHARACTERS = 65_536;

describe('the size of a token', () => {
  it.each([
    ['a megabyte of letters', 'a'.repeat(1_048_576)],
    ['a million dots', '.'.repeat(1_000_000)],
    ['a good token followed by a megabyte', `${token()}${'A'.repeat(1_048_576)}`],
    ['one extra character', `a.b.${'c'.repeat(MAX_CHARACTERS - 3)}`],
    ['five parts that are too long', `a.b.c.d.${'e'.repeat(MAX_CHARACTERS)}`],
  ])('refuses %s as too large, regardless of other faults', async (_, jwt) => {
    expect(await decide(jwt)).toBe('malformed_credentials/too_large');
  });

  it('is in an explanation, and the token is not', async () => {
    const jwt = 'a'.repeat(1_048_576);
    const { steps } = await explained(createTestAuthenticator(), jwt);
    expect(steps.find(({ check }) => check === 'format')).toMatchObject({
      result: 'failed',
      expected: 'a token of at most 65536 bytes',
      received: '1048576 bytes',
    });
  });

  it('splits a token of the maximum length', () => {
    const signature = 'c'.repeat(MAX_CHARACTERS - 4);
    expect(splitCompactJws(`a.b.${signature}`)).toEqual({
      header: 'a',
      payload: 'b',
      signature,
      signingInput: 'a.b',
    });
  });

  it.each([
    ['is too large', '.'.repeat(MAX_CHARACTERS + 1), 0],
    ['has many dots', '.'.repeat(MAX_CHARACTERS), 5],
    ['has no dot', 'a'.repeat(MAX_CHARACTERS), 2],
  ])('is searched at most five times: a token that %s', (_, huge, searches) => {
    const indexOf = vi.spyOn(String.prototype, 'indexOf');
    const includes = vi.spyOn(String.prototype, 'includes');
    splitCompactJws(huge);
    const seen = indexOf.mock.calls.length + includes.mock.calls.length;
    vi.restoreAllMocks();
    expect(seen).toBe(searches);
  });

  it('of dots only is refused', async () => {
    expect(await decide('.'.repeat(MAX_CHARACTERS))).toBe(
      'malformed_credentials/not_a_compact_jws',
    );
  });
});

describe('the parts of a token', () => {
  it('are three', async () => {
    expect(await decide(token())).toBe('accepted');
  });

  it.each([
    ['nothing', ''],
    ['one part', 'abc'],
    ['two parts: the signature was cut off with its dot', token().replace(/\.[^.]*$/, '')],
    ['four parts', `${token()}.AAAA`],
    ['six parts', `${token()}.AA.AA.AA`],
    ['a dot at the start', `.${token()}`],
    ['a dot at the end', `${token()}.`],
    ['the JSON serialization', JSON.stringify({ payload: '', signature: '', protected: '' })],
  ])('are not %s', async (_, jwt) => {
    expect(await decide(jwt)).toBe('malformed_credentials/not_a_compact_jws');
  });

  it.each([
    ['five parts', 'eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA'],
    [
      'a compressed JWE of PBES2 with a million rounds',
      `${Buffer.from(JSON.stringify({ alg: 'PBES2-HS256+A128KW', p2c: 1e6, zip: 'DEF' })).toString('base64url')}.AA.AA.AA.AA`,
    ],
    ['five empty parts', '....'],
    ['a good token and two extra parts', `${token()}.AAAA.AAAA`],
  ])('of %s are an encrypted token, which is not decrypted', async (_, jwt) => {
    expect(await decide(jwt)).toBe('malformed_credentials/encrypted');
  });

  it('are read from strings only', () => {
    for (const value of [undefined, null, 5, {}, ['a.b.c'], Buffer.from('a.b.c')]) {
      expect(splitCompactJws(value)).toMatchObject({ reason: 'not_a_compact_jws' });
    }
  });

  it('are returned unchanged', () => {
    const part = anyText().map((text) => text.replaceAll('.', ''));
    fc.assert(
      fc.property(fc.tuple(part, part, part), ([head, payload, signature]) => {
        expect(splitCompactJws([head, payload, signature].join('.'))).toEqual({
          header: head,
          payload,
          signature,
          signingInput: `${head}.${payload}`,
        });
      }),
    );
  });

  it('of any other number are refused', () => {
    const part = fc.string({ maxLength: 4 }).map((text) => text.replaceAll('.', ''));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 40 }), (parts) => {
        const split = splitCompactJws(parts.join('.'));
        expect(AuthError.is(split) ? split.reason : 'split').toBe(
          parts.length === 3 ? 'split' : parts.length === 5 ? 'encrypted' : 'not_a_compact_jws',
        );
      }),
    );
  });
});
