import { createSecretKey, randomBytes } from 'node:crypto';
import { importKeySet } from '@grpc-authn/jwt';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWith, errorOf } from './support/hmac-token.ts';

const range = (length: number, at: (index: number) => number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => at(index)));

const WEAK: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
  ['32 zero bytes', Buffer.alloc(32), /fewer than 8 different bytes/],
  ['64 bytes 0xff', Buffer.alloc(64, 0xff), /different bytes/],
  ['one letter', 'x'.repeat(32), /different bytes/],
  ['two bytes in turn', 'ab'.repeat(16), /different bytes/],
  ['seven different bytes', 'abcdefg'.repeat(5), /different bytes/],
  ['secret, again and again', 'secret'.repeat(6), /different bytes/],
  ['changeme, again and again', 'changeme'.repeat(4), /different bytes/],
  ['a random part of 15 bytes, again and again', 'hG7sk2Lq9Zx4WvB'.repeat(3), /repeats a part/],
  ['a random part, cut off at the end', 'hG7sk2Lq9Z'.repeat(4).slice(0, 33), /repeats a part/],
  ['bytes that count up', range(32, (index) => index), /run/],
  ['bytes that count down', range(48, (index) => 255 - index), /run/],
  ['bytes that count up by 7, past 255', range(64, (index) => (index * 7) % 256), /run/],
  ['the alphabet', 'abcdefghijklmnopqrstuvwxyz123456', /run/],
  ['digits', '12345678901234567890123456789012', /repeats|run/],
  ['hex digits', '0123456789abcdef0123456789abcdef', /run/],
  ['each letter twice', 'aabbccddeeffgghhiijjkkllmmnnoopp', /run/],
  ['each letter in both cases', 'aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpP', /run/],
  ['the example of jwt.io', 'a-string-secret-at-least-256-bits-long', /words/],
  [
    'the older example of jwt.io, twice',
    'your-256-bit-secret_your-256-bit-secret',
    /words|repeats/,
  ],
  ['words of tutorials', 'My-Super-Secret-Key-Please-Change-Me-2024!', /words/],
  ['a row of the keyboard', 'qwertyuiop-asdfghjkl-zxcvbnm-1234', /words/],
  ['words of a local setup', 'this_is_my_jwt_secret_key_local_dev', /words/],
];

describe('a weak secret of enough bytes', () => {
  it.each(WEAK)('is refused, without being shown: %s', (_, weak, why) => {
    const bytes = Buffer.from(weak);
    expect(bytes.length).toBeGreaterThanOrEqual(32);
    for (const secret of [
      { bytes },
      { key: createSecretKey(bytes) },
      { text: bytes.toString('base64'), encoding: 'base64' as const },
      { text: bytes.toString('base64url'), encoding: 'base64url' as const },
      { text: bytes.toString('hex'), encoding: 'hex' as const },
      ...(typeof weak === 'string' ? [{ text: weak, encoding: 'utf8' as const }] : []),
    ]) {
      const error = errorOf(() => createWith([secret]));
      expect(error).toMatchObject({ name: 'ConfigError' });
      expect(error?.message).toMatch(
        /^secrets\[0\]: expected a random secret, such as .*, received one of \d+ bytes that /,
      );
      expect(error?.message).toMatch(why);
      expect(error?.message).not.toContain(bytes.toString('latin1').slice(0, 12));
    }
  });

  it.each(WEAK)('is left out of a key set: %s', (_, weak, why) => {
    const k = Buffer.from(weak).toString('base64url');
    const keys = importKeySet({ keys: [{ kty: 'oct', kid: 'k', k }] });
    expect(keys).toMatchObject({
      size: 0,
      refused: [{ kid: 'k', why: expect.stringMatching(why) }],
    });
  });

  it('is refused where words were written instead of base64', () => {
    const text = 'mySuperSecretJwtKeyPleaseChangeItProduction';
    for (const encoding of ['base64', 'base64url'] as const) {
      const error = errorOf(() => createWith([{ text: text.padEnd(48, '0'), encoding }]));
      expect(error?.message).toMatch(/words of example secrets/);
    }
  });

  it('is refused among good ones', () => {
    const error = errorOf(() =>
      createWith([{ bytes: randomBytes(32) }, { bytes: Buffer.alloc(32) }]),
    );
    expect(error?.message).toMatch(/^secrets\[1\]: /);
  });
});

describe('a secret that is not weak', () => {
  it.each([
    'canary-secret-of-more-than-32-bytes',
    'correct horse battery staple clock',
    'use ssh for the servers and rsa for nothing',
    'kX9#mP2$vL8@nQ4!wR7%tY3^uI6&oA1*',
  ])('is accepted: %s', (text) => {
    expect(errorOf(() => createWith([{ text, encoding: 'utf8' }]))).toBeUndefined();
  });

  it('is every random one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 32, max: 64 }), (length) => {
        const bytes = randomBytes(length);
        for (const encoding of ['base64', 'base64url', 'hex'] as const) {
          const text = bytes.toString(encoding);
          expect(errorOf(() => createWith([{ text, encoding }]))).toBeUndefined();
          expect(errorOf(() => createWith([{ text, encoding: 'utf8' }]))).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is checked in a time that grows with its length alone', () => {
    const text = `${'supersecretchangemepassword'.repeat(2000)}~q`;
    const error = errorOf(() => createWith([{ text, encoding: 'utf8' }]));
    expect(error).toBeUndefined();
  });
});
