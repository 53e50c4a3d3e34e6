import { createPublicKey, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createHs256Authenticator } from '../src/index.ts';
import { createWith, errorOf } from './support/hmac-token.ts';

const bytes = randomBytes(32);
const base64url = (length: number): string => randomBytes(length).toString('base64url');

function whyNot(secret: unknown, options: object = {}): string {
  const error = errorOf(() => createWith([secret as never], options));
  if (error === undefined) return 'made';
  expect(error).toBeInstanceOf(ConfigError);
  return error.message;
}

describe('the length of a secret', () => {
  it.each([
    ['bytes', (length: number) => ({ bytes: randomBytes(length) })],
    ['a key', (length: number) => ({ key: createSecretKey(randomBytes(length)) })],
    ['utf8', (length: number) => ({ text: base64url(length).slice(0, length), encoding: 'utf8' })],
    ['hex', (length: number) => ({ text: randomBytes(length).toString('hex'), encoding: 'hex' })],
    [
      'base64',
      (length: number) => ({
        text: randomBytes(length).toString('base64'),
        encoding: 'base64',
      }),
    ],
    [
      'base64url',
      (length: number) => ({
        text: base64url(length),
        encoding: 'base64url',
      }),
    ],
  ])('is at least 32 bytes: %s', (_, secretOf) => {
    expect(whyNot(secretOf(32))).toBe('made');
    expect(whyNot(secretOf(31))).toMatch(
      /^secrets\[0\]: expected at least 32 bytes, received 31 bytes/,
    );
    expect(whyNot(secretOf(1))).toMatch(/^secrets\[0\]: .*received 1 bytes/);
  });

  it('is counted in bytes, not in characters', () => {
    expect(whyNot({ text: 'éèêëàâäùûüîïôöçñ', encoding: 'utf8' })).toBe('made');
    expect(whyNot({ text: 'a'.repeat(32), encoding: 'base64' })).toMatch(/24 bytes/);
  });

  it.each([
    ['bytes', { bytes: new Uint8Array() }],
    ['utf8', { text: '', encoding: 'utf8' }],
    ['base64', { text: '', encoding: 'base64' }],
    ['hex', { text: '', encoding: 'hex' }],
  ])('must not be zero: %s', (_, secret) => {
    expect(whyNot(secret)).toMatch(/^secrets\[0\]/);
  });
});

describe('the text of a secret', () => {
  const base64 = bytes.toString('base64');
  const hex = bytes.toString('hex');
  it.each([
    ['base64', 'a space', `${base64.slice(0, 8)} ${base64.slice(8)}`],
    ['base64', 'a newline', `${base64}\n`],
    ['base64', 'the URL alphabet', '-_'.repeat(22)],
    ['base64', 'a dot', `${base64.slice(0, -2)}.=`],
    ['base64', 'padding in its middle', `${base64}${base64}`],
    ['base64', 'an extra character', 'A'.repeat(45)],
    ['base64', 'too much padding', `${base64}==`],
    ['base64', 'quotes', `"${base64}"`],
    ['base64url', 'the other alphabet', '+/'.repeat(22)],
    ['base64url', 'a newline', `${bytes.toString('base64url')}\n`],
    ['base64url', 'an extra character', 'A'.repeat(45)],
    ['hex', 'an odd length', `${hex}0`],
    ['hex', 'a letter beyond f', `${hex.slice(0, -1)}g`],
    ['hex', '0x before it', `0x${hex}`],
    ['hex', 'colons', hex.replace(/(..)(?=.)/g, '$1:')],
    ['hex', 'a newline', `${hex}\n`],
  ])('must match its encoding: no %s with %s', (encoding, _, text) => {
    const why = whyNot({ text, encoding });
    expect(why).toMatch(/^secrets\[0\]\.text: /);
    expect(why).toContain(encoding);
    expect(why).not.toContain(text.slice(0, 8));
  });

  it.each([undefined, null, '', 'latin1', 'ascii', 'UTF8', 'base32', 'binary', 5])(
    'has one of four encodings, not %j',
    (encoding) => {
      expect(whyNot({ text: 'x'.repeat(64), encoding })).toMatch(/^secrets\[0\]\.encoding: /);
    },
  );
});

const { privateKey } = generateKeyPairSync('ed25519');

describe('a secret', () => {
  it.each([
    ['nothing', undefined, 'secrets[0]: '],
    ['null', null, 'secrets[0]: '],
    ['a number', 5, 'secrets[0]: '],
    ['no form', {}, 'secrets[0]: '],
    ['a kid alone', { kid: 'k' }, 'secrets[0]: '],
    ['two forms', { bytes, text: 'x'.repeat(32), encoding: 'utf8' }, 'secrets[0]: '],
    ['a key and bytes', { bytes, key: createSecretKey(bytes) }, 'secrets[0]: '],
    ['bytes that are a list', { bytes: [...bytes] }, 'secrets[0].bytes: '],
    ['bytes that are missing', { bytes: undefined }, 'secrets[0].bytes: '],
    ['an ArrayBuffer', { bytes: new ArrayBuffer(32) }, 'secrets[0].bytes: '],
    ['text that is missing', { text: undefined, encoding: 'utf8' }, 'secrets[0].text: '],
    ['text that is null', { text: null, encoding: 'base64' }, 'secrets[0].text: '],
    ['text that is bytes', { text: bytes, encoding: 'utf8' }, 'secrets[0].text: '],
    ['a private KeyObject', { key: privateKey }, 'secrets[0].key: '],
    ['a public KeyObject', { key: createPublicKey(privateKey) }, 'secrets[0].key: '],
    [
      'an object that looks like a KeyObject',
      { key: { type: 'secret', export: () => bytes } },
      'secrets[0].key: ',
    ],
    ['a key that is bytes', { key: bytes }, 'secrets[0].key: '],
    ['an empty kid', { kid: '', bytes }, 'secrets[0].kid: '],
    ['a kid that is a number', { kid: 5, bytes }, 'secrets[0].kid: '],
    ['a kid of null', { kid: null, bytes }, 'secrets[0].kid: '],
    ['an unknown option', { bytes, alg: 'HS512' }, 'unknown member'],
  ])('is not %s', (_, secret, option) => {
    const why = whyNot(secret);
    expect(why).not.toBe('made');
    expect(why).toContain(option);
  });

  it('is identified by its index', () => {
    const error = errorOf(() => createWith([{ bytes }, { bytes: Buffer.alloc(8) }]));
    expect(error?.message).toMatch(/^secrets\[1\]: /);
  });
});

describe('the options of HS256', () => {
  it.each([
    ['algorithms', { algorithms: ['HS512'] }],
    ['secret', { secret: 'x' }],
    ['keys', { keys: [] }],
  ])('do not include %s', (name, options) => {
    expect(whyNot({ bytes }, options)).toContain(`there is no option "${name}"`);
  });

  it.each([
    ['issuer', { issuer: undefined }],
    ['audience', { audience: [] }],
    ['tokenUse', { tokenUse: 'refresh' }],
    ['clockToleranceSeconds', { clockToleranceSeconds: Number.NaN }],
  ])('are checked like those of every JWT authenticator: %s', (name, options) => {
    expect(whyNot({ bytes }, options)).toContain(`${name}: expected `);
  });

  it.each([[undefined], [null], [{}], [5]])('require a list of secrets: not %j', (secrets) => {
    const error = errorOf(() => createWith(secrets as never));
    expect(error).toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('secrets: '),
    });
    expect(() => createHs256Authenticator(secrets as never)).toThrow(ConfigError);
  });
});
