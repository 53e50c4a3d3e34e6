import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bearerFromHeader } from '../src/credentials/bearer.ts';
import { ConfigError } from '../src/errors/config-error.ts';
import { bearerFromMetadata } from '../src/grpc/bearer-from-metadata.ts';
import { UncheckedMetadata } from './support/metadata-field.ts';

describe('bearerFromHeader()', () => {
  it('answers as bearerFromMetadata() does, for any value', () => {
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[Bb]earer {0,3}[\w.~+/-]{0,20}={0,2}$/),
    );
    for (const options of [{}, { bare: true }, { maxTokenBytes: 8 }]) {
      const extractor = bearerFromMetadata(options);
      fc.assert(
        fc.property(value, (text) => {
          const metadata = new UncheckedMetadata(text);
          expect(bearerFromHeader(text, options)).toEqual(extractor.extract(metadata));
        }),
      );
    }
  });

  it('has nothing to say about a header that is absent', () => {
    expect(bearerFromHeader(undefined)).toBeUndefined();
  });

  it('refuses a list of values', () => {
    expect(bearerFromHeader(['Bearer a', 'Bearer b'] as never)).toMatchObject({
      reason: 'multiple',
    });
  });

  it('takes one or more spaces after the scheme', () => {
    for (const spaces of [' ', '  ', ' '.repeat(20)]) {
      expect(bearerFromHeader(`Bearer${spaces}a.b`)).toEqual({ scheme: 'bearer', token: 'a.b' });
    }
  });

  it('is a ConfigError for a wrong option', () => {
    expect(() => bearerFromHeader('Bearer a', { maxTokenBytes: 0 })).toThrow(ConfigError);
  });
});

describe('a token of 150 groups, which is too large', () => {
  const token = 'a'.repeat(8337);

  it('is accepted by default', () => {
    expect(bearerFromHeader(`Bearer ${token}`)).toEqual({ scheme: 'bearer', token });
  });

  it.each([
    ['one space', `Bearer ${token}`, 8337],
    ['two spaces', `Bearer  ${token}`, 8337],
    ['a hundred spaces, of which 64 are skipped', `Bearer${' '.repeat(100)}${token}`, 8373],
    ['no scheme', token, 8337],
  ])('is refused with both sizes, for the operator alone: %s', (_, value, bytes) => {
    const error = bearerFromHeader(value, { maxTokenBytes: 8192, bare: true });
    expect(error).toMatchObject({
      code: 'malformed_credentials',
      reason: 'too_large',
      message: 'The credentials are malformed',
      cause: {
        message: `expected a token of at most 8192 bytes (maxTokenBytes), received ${bytes} bytes`,
      },
    });
  });
});

describe('a token without a scheme', () => {
  it('is accepted where that is allowed, and the scheme still may be there', () => {
    for (const value of ['a.b.c', 'Bearer a.b.c', 'bearer  a.b.c']) {
      expect(bearerFromHeader(value, { bare: true })).toEqual({ scheme: 'bearer', token: 'a.b.c' });
    }
  });

  it('is refused by default', () => {
    expect(bearerFromHeader('a.b.c')).toMatchObject({ reason: 'other_scheme' });
  });

  it.each([
    ['Basic YTpi', 'other_scheme'],
    ['a, b', 'other_scheme'],
    ['a,b', 'multiple'],
    ['a"b', 'bad_characters'],
    ['', 'bad_characters'],
    ['Bearer', 'bad_characters'],
    ['a'.repeat(16_385), 'too_large'],
  ])('is refused where it is none: %s', (value, reason) => {
    expect(bearerFromHeader(value, { bare: true })).toMatchObject({ reason });
  });
});
