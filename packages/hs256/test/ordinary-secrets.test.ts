import { createSecretKey } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../jwt/test/support/any-text.ts';
import { createWith, decideBy, signHmac, errorOf } from './support/hmac-token.ts';
import { DERS, PEMS } from './support/public-material.ts';

/** fast-check likes bytes that are all the same, which are no secret. */
const isVaried = (secret: string | Uint8Array): boolean => new Set(Buffer.from(secret)).size >= 12;

const randomSecret = fc
  .noBias(fc.uint8Array({ minLength: 32, maxLength: 128 }))
  .filter(isVaried)
  .map((bytes) => Buffer.from(bytes));

/** Text that a person or a tool may choose. */
const passphrase = fc
  .noBias(
    fc.oneof(
      fc.string({ minLength: 32, maxLength: 80 }),
      anyText({ minLength: 32, maxLength: 80 }),
      fc.base64String({ minLength: 44, maxLength: 88 }),
      fc.uuid(),
      fc.stringMatching(/^[0-9a-f]{64}$/),
      fc
        .array(fc.stringMatching(/^[a-z]{3,9}$/), { minLength: 9, maxLength: 12 })
        .map((words) => words.join('-')),
    ),
  )
  .filter(isVaried);

describe('an ordinary secret', () => {
  it('is accepted in every encoding, with the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(randomSecret, async (bytes) => {
        const token = signHmac(bytes);
        for (const secret of [
          { bytes },
          { key: createSecretKey(bytes) },
          { text: bytes.toString('base64'), encoding: 'base64' as const },
          { text: bytes.toString('base64url'), encoding: 'base64url' as const },
          { text: bytes.toString('hex'), encoding: 'hex' as const },
        ]) {
          expect(await decideBy(createWith([secret]), token)).toBe('accepted');
        }
      }),
    );
  });

  it('can be utf8 text that looks like base64 or hex', () => {
    fc.assert(
      fc.property(randomSecret, (bytes) => {
        for (const text of [bytes.toString('base64'), bytes.toString('hex')]) {
          expect(errorOf(() => createWith([{ text, encoding: 'utf8' }]))).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('can be any passphrase', () => {
    fc.assert(
      fc.property(passphrase, (text) => {
        expect(errorOf(() => createWith([{ text, encoding: 'utf8' }]))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('can start like DER', () => {
    fc.assert(
      fc.property(randomSecret, (bytes) => {
        const secret = Buffer.concat([Buffer.from([0x30, 0x82, 0x01, 0x22]), bytes]);
        expect(errorOf(() => createWith([{ bytes: secret }]))).toBeUndefined();
      }),
    );
  });

  it('can contain words about keys', () => {
    for (const text of [
      'the keys of the kingdom begin with trust',
      'BEGIN with the end in mind, always and ever',
      'use ssh for the servers and rsa for nothing',
      '{"secret":"correct horse battery staple, twice"}',
    ]) {
      expect(errorOf(() => createWith([{ text, encoding: 'utf8' }]))).toBeUndefined();
    }
  });
});

describe('a public key', () => {
  const pad = fc.string({
    unit: fc.constantFrom(' ', '\n', '\t', '\u200b', '\ufeff', '\r'),
    maxLength: 5,
  });
  const layer = fc.constantFrom('base64' as const, 'base64url' as const, 'hex' as const);

  it('is detected through white space and up to three layers of encodings', () => {
    const material = fc.constantFrom(...PEMS, ...DERS);
    fc.assert(
      fc.property(material, fc.array(layer, { maxLength: 3 }), pad, ([, key], layers, space) => {
        const packed = layers.reduce(
          (bytes: Buffer, encoding) => Buffer.from(`${space}${bytes.toString(encoding)}${space}`),
          Buffer.from(key),
        );
        const error = errorOf(() => createWith([{ bytes: packed }]));
        expect(error?.message).toMatch(/PEM|DER/);
      }),
      { numRuns: 300 },
    );
  });
});
