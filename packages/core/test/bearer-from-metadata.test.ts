import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/errors/auth-error.ts';
import { ConfigError } from '../src/errors/config-error.ts';
import { bearerFromMetadata } from '../src/grpc/bearer-from-metadata.ts';
import { metadataWith, UncheckedMetadata } from './support/metadata-field.ts';

const bearer = bearerFromMetadata();
const extract = (...values: string[]) => bearer.extract(metadataWith('authorization', ...values));

const OTHER_SCHEME = { code: 'missing_credentials', reason: 'other_scheme' };
const malformed = (reason: string) => ({ code: 'malformed_credentials', reason });

describe('a bearer token in the metadata', () => {
  it('is taken out of the authorization field', () => {
    expect(extract('Bearer abc.DEF-1_2~3+4/5==')).toEqual({
      scheme: 'bearer',
      token: 'abc.DEF-1_2~3+4/5==',
    });
    expect(bearer.headers).toEqual(['authorization']);
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('may be announced as %s', (scheme) => {
    expect(extract(`${scheme} t`)).toEqual({ scheme: 'bearer', token: 't' });
  });

  it('is taken from another field where the options say so, and from that one alone', () => {
    const custom = bearerFromMetadata({ header: 'x-forwarded-token' });
    expect(custom.headers).toEqual(['x-forwarded-token']);
    expect(custom.extract(metadataWith('X-Forwarded-Token', 'Bearer t'))).toMatchObject({
      token: 't',
    });
    expect(custom.extract(metadataWith('authorization', 'Bearer t'))).toBeUndefined();
  });

  it('leaves the metadata as it was', () => {
    const metadata = metadataWith('authorization', 'Bearer t');
    bearer.extract(metadata);
    expect(metadata.getMap()).toEqual({ authorization: 'Bearer t' });
  });
});

describe('no bearer token', () => {
  it('is absent where the field is, which is not an error yet', () => {
    expect(bearer.extract(new Metadata())).toBeUndefined();
    expect(bearer.extract(metadataWith('authorisation', 'Bearer t'))).toBeUndefined();
  });

  it.each([
    'Basic YTpi',
    'DPoP t',
    'Bearert',
    'Bearers t',
    'Bear er t',
    'Token',
    '',
    'Bearer\u00A0t',
  ])('is missing where another scheme was sent: "%s"', (value) => {
    expect(bearer.extract(new UncheckedMetadata(value))).toMatchObject(OTHER_SCHEME);
  });
});

describe('a malformed field', () => {
  it.each<readonly [string, string, string]>([
    ['the scheme alone', 'Bearer', 'bad_characters'],
    ['no token after the space', 'Bearer ', 'bad_characters'],
    ['spaces alone', 'Bearer   ', 'bad_characters'],
    ['an inner space', 'Bearer a b', 'bad_characters'],
    ['a space at the end', 'Bearer t ', 'bad_characters'],
    ['padding alone', 'Bearer ==', 'bad_characters'],
    ['padding inside', 'Bearer a=b', 'bad_characters'],
    ['quotes', 'Bearer "t"', 'bad_characters'],
    ['a percent sign', 'Bearer %41', 'bad_characters'],
    ['a line break at the end', 'Bearer t\n', 'bad_characters'],
    ['a second line', 'Bearer t\nx', 'bad_characters'],
    ['a NUL', 'Bearer t\0', 'bad_characters'],
    ['a tab after the space', 'Bearer \tt', 'bad_characters'],
    ['a letter outside ASCII', 'Bearer tökén', 'bad_characters'],
    ['a lone surrogate', 'Bearer \uD800', 'bad_characters'],
    ['two tokens joined by a comma', 'Bearer a,b', 'multiple'],
    ['two fields joined by a proxy', 'Bearer a, Bearer b', 'multiple'],
    ['a comma at the end', 'Bearer a,', 'multiple'],
  ])('is refused: %s', (_what, value, reason) => {
    expect(bearer.extract(new UncheckedMetadata(value))).toMatchObject(malformed(reason));
  });

  it('is refused where there are two, even if they are alike', () => {
    expect(extract('Bearer a', 'Bearer b')).toMatchObject(malformed('multiple'));
    expect(extract('Bearer a', 'Bearer a')).toMatchObject(malformed('multiple'));
    expect(extract('Bearer a', 'Basic YTpi')).toMatchObject(malformed('multiple'));
  });

  it('is refused where it is bytes', () => {
    const bytes = new UncheckedMetadata(Buffer.from('Bearer t'));
    expect(bearer.extract(bytes)).toMatchObject(malformed('multiple'));
  });

  it('never shows the token in its error', () => {
    const error = extract('Bearer canary canary') as AuthError;
    expect(AuthError.is(error)).toBe(true);
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain('canary');
  });
});

describe('the longest token', () => {
  it.each([1, 7, 8192, 65_536])('of %i bytes passes, and one byte more does not', (bytes) => {
    const limited = bearerFromMetadata({ maxTokenBytes: bytes });
    const field = (length: number) => metadataWith('authorization', `Bearer ${'a'.repeat(length)}`);
    expect(limited.extract(field(bytes))).toHaveProperty('token.length', bytes);
    expect(limited.extract(field(bytes + 1))).toMatchObject(malformed('too_large'));
  });

  it('is 16,384 bytes by default', () => {
    expect(extract(`Bearer ${'a'.repeat(16_384)}`)).toHaveProperty('scheme', 'bearer');
    expect(extract(`Bearer ${'a'.repeat(16_385)}`)).toMatchObject(malformed('too_large'));
  });

  it.each<readonly [string, string]>([
    ['a megabyte of letters', 'a'.repeat(2 ** 20)],
    ['a million dots', '.'.repeat(1e6)],
    ['a million commas', ','.repeat(1e6)],
    ['a million spaces', ' '.repeat(1e6)],
    ['a million equals signs', '='.repeat(1e6)],
  ])('is checked before any character is: %s', (_what, token) => {
    expect(extract(`Bearer ${token}`)).toMatchObject(malformed('too_large'));
  });

  it.each(['a'.repeat(65_535), `a${'='.repeat(65_534)}`, '.'.repeat(65_535)])(
    'costs a walk through it where only its last character is wrong',
    (start) => {
      const wide = bearerFromMetadata({ maxTokenBytes: 65_536 });
      const field = metadataWith('authorization', `Bearer ${start}!`);
      const startedMs = performance.now();
      for (let round = 0; round < 20; round += 1) {
        expect(wide.extract(field)).toMatchObject(malformed('bad_characters'));
      }
      // A walk takes some 0.1 ms; going back for every character would take seconds.
      expect((performance.now() - startedMs) / 20).toBeLessThan(50);
    },
  );
});

describe('the options', () => {
  it.each<readonly [string, unknown]>([
    ['bearerFromMetadata', null],
    ['bearerFromMetadata', 'authorization'],
    ['headers', { headers: 'x-token' }],
    ['header', { header: '' }],
    ['header', { header: 'Authorization' }],
    ['header', { header: 'x token' }],
    ['header', { header: ':path' }],
    ['header', { header: 'x-token\n' }],
    ['header', { header: 'x-token-bin' }],
    ['header', { header: 'grpc-timeout' }],
    ['header', { header: ['authorization'] }],
    ['maxTokenBytes', { maxTokenBytes: 0 }],
    ['maxTokenBytes', { maxTokenBytes: 65_537 }],
    ['maxTokenBytes', { maxTokenBytes: Infinity }],
    ['maxTokenBytes', { maxTokenBytes: NaN }],
    ['maxTokenBytes', { maxTokenBytes: '8192' }],
    ['maxTokenBytes', { maxTokenBites: 1 }],
    ['bare', { bare: 'yes' }],
    ['bare', { bare: null }],
  ])('are a ConfigError that names %s: %j', (option, options) => {
    expect(() => bearerFromMetadata(options as never)).toThrow(ConfigError);
    expect(() => bearerFromMetadata(options as never)).toThrow(
      new RegExp(`^${option}: |"${option}"`),
    );
  });

  it('may be changed later, which changes nothing', () => {
    const options = { header: 'x-token', maxTokenBytes: 2 };
    const extractor = bearerFromMetadata(options);
    Object.assign(options, { header: 'authorization', maxTokenBytes: 100 });
    expect(extractor.extract(metadataWith('x-token', 'Bearer abc'))).toMatchObject(
      malformed('too_large'),
    );
    expect(Object.isFrozen(extractor) && Object.isFrozen(extractor.headers)).toBe(true);
  });
});
