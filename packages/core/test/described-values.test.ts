import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSecret, describeValue } from '../src/errors/option-checks.ts';

const CANARY = 'hunter2canary';

describe('the description of a received value', () => {
  it.each([
    ['text', '"text"'],
    ['', 'an empty string'],
    [5, 'the number 5'],
    [5n, 'the number 5'],
    [NaN, 'the number NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [['a', 'b'], 'a list of 2'],
    [{ secret: CANARY }, 'an object'],
    [() => CANARY, 'a function'],
    [Symbol(CANARY), 'a symbol'],
  ])('%s is %s', (value, words) => {
    expect(describeValue(value)).toBe(words);
  });

  it('shows no more than 80 characters of a text', () => {
    expect(describeValue(`${'a'.repeat(80)}${CANARY}`)).toBe(`"${'a'.repeat(80)}"`);
  });

  it('keeps control characters out of a log line', () => {
    expect(describeValue('a\nfake log line')).toBe(String.raw`"a\nfake log line"`);
    expect(describeValue('\u001B[31m')).not.toContain('\u001B');
  });

  it.each([
    ['userinfo', `https://alice:${CANARY}@id.example.com/realm`],
    ['a password with an @', `https://alice:p@${CANARY}@id.example.com`],
    ['a user without a password', `https://${CANARY}@id.example.com`],
    ['a query', `https://id.example.com/a?token=${CANARY}`],
    ['a query with line breaks', `https://id.example.com/a?b\n${CANARY}`],
    ['a fragment', `https://id.example.com/a#${CANARY}`],
    ['a query and then a fragment', `https://id.example.com/?a#${CANARY}`],
  ])('never shows a URL with %s', (_part, url) => {
    expect(describeValue(url)).not.toContain(CANARY);
    expect(describeValue(url)).toContain('id.example.com');
  });

  it('never shows the userinfo and the query of any URL', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9._~-]{0,20}$/);
    fc.assert(
      fc.property(word, word, word, (user, password, query) => {
        const url = `https://${user}:${CANARY}${password}@a.example/path?${query}${CANARY}`;
        expect(describeValue(url)).not.toContain(CANARY);
      }),
    );
  });
});

describe('the description of a value that may be secret', () => {
  it('has its type and length only', () => {
    expect(describeSecret(CANARY)).toBe('a string of 13 characters');
    expect(describeSecret('')).toBe('a string of 0 characters');
    expect(describeSecret(new TextEncoder().encode(CANARY))).toBe('13 bytes');
    expect(describeSecret(Buffer.from(CANARY))).toBe('13 bytes');
    expect(describeSecret([CANARY])).toBe('a list of 1');
    expect(describeSecret({ secret: CANARY })).toBe('an object');
    expect(describeSecret(undefined)).toBe('undefined');
  });

  it('is the same for any two texts of one length', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(describeSecret(text)).toBe(describeSecret('x'.repeat(text.length)));
      }),
    );
  });
});
