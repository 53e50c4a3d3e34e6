import { performance } from 'node:perf_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCompactJws } from '../src/compact/split-compact-jws.ts';
import { decide, token } from './support/test-authenticator.ts';

const MOST_CHARACTERS = 65_536;

describe('the size of a token', () => {
  it.each([
    ['a megabyte of letters', 'a'.repeat(1_048_576)],
    ['a million dots', '.'.repeat(1_000_000)],
    ['a good token followed by a megabyte', `${token()}${'A'.repeat(1_048_576)}`],
    ['one character too many', `a.b.${'c'.repeat(MOST_CHARACTERS - 3)}`],
    ['five parts that are too long, too', `a.b.c.d.${'e'.repeat(MOST_CHARACTERS)}`],
  ])('refuses %s as too large, whatever else is wrong', async (_, jwt) => {
    expect(await decide(jwt)).toBe('malformed_credentials/too_large');
  });

  it('lets the longest token that is allowed be split', () => {
    const signature = 'c'.repeat(MOST_CHARACTERS - 4);
    expect(splitCompactJws(`a.b.${signature}`)).toEqual({
      header: 'a',
      payload: 'b',
      signature,
      signingInput: 'a.b',
    });
  });

  it('decides a thousand huge tokens in less than a second', async () => {
    const huge = ['.'.repeat(1_000_000), 'a'.repeat(1_048_576), '.'.repeat(MOST_CHARACTERS)];
    const start = performance.now();
    for (let round = 0; round < 1000; round += 1) splitCompactJws(huge[round % huge.length]);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await decide('.'.repeat(MOST_CHARACTERS))).toBe(
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
    ['a good token and two parts more', `${token()}.AAAA.AAAA`],
  ])('of %s are an encrypted token, which is not decrypted', async (_, jwt) => {
    expect(await decide(jwt)).toBe('malformed_credentials/encrypted');
  });

  it('are looked for in text alone', () => {
    for (const value of [undefined, null, 5, {}, ['a.b.c'], Buffer.from('a.b.c')]) {
      expect(splitCompactJws(value)).toMatchObject({ reason: 'not_a_compact_jws' });
    }
  });

  it('come back as they were written, whatever they hold', () => {
    const part = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('.', ''));
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
