import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64url } from '../src/compact/base64url.ts';
import { anyText } from './support/any-text.ts';
import { encodePart, type Part, signInput } from './support/signing-key.ts';
import { claims, decide, header, key, token } from './support/test-authenticator.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The parts of a token whose signature is good for the spelling that is sent. */
function respell(which: 0 | 1 | 2, spell: (part: string) => string): string {
  const parts = [paddable(header()), paddable(claims())].map(encodePart);
  if (which < 2) parts[which] = spell(parts[which] ?? '');
  const signature = signInput(key, parts.join('.')).toString('base64url');
  return [...parts, which === 2 ? spell(signature) : signature].join('.');
}

/** JSON whose base64url ends in a character with unused bits: its length is not a multiple of three. */
function paddable(part: object): Part {
  const text = JSON.stringify(part);
  return text.length % 3 === 0 ? `${text} ` : text;
}

/** Another spelling of the same bytes for a lenient decoder: the last, unused bit is set. */
function setTrailingBit(part: string): string {
  return part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(part.at(-1) ?? '') + 1];
}

const SPELLINGS: readonly (readonly [string, (part: string) => string])[] = [
  ['a padding character', (part) => `${part}=`],
  ['two padding characters', (part) => `${part}==`],
  ['a space at its end', (part) => `${part} `],
  ['a space in it', (part) => `${part.slice(0, 4)} ${part.slice(4)}`],
  ['a newline at its end', (part) => `${part}\n`],
  ['a tab at its start', (part) => `\t${part}`],
  ['unused bits that are set', setTrailingBit],
  ['a character of the other alphabet', (part) => `${part.slice(0, 4)}+/${part.slice(6)}`],
  ['a percent sign', (part) => `${part}%3D`],
  ['a character outside ASCII', (part) => `${part}\u00e9`],
  ['a zero-width space', (part) => `${part}\u200b`],
  ['a NUL', (part) => `${part}\0`],
  ['an extra character', (part) => `${part}${'A'.repeat(5 - (part.length % 4))}`],
];

describe('each part of a token', () => {
  for (const [which, name] of [
    [0, 'header'],
    [1, 'payload'],
    [2, 'signature'],
  ] as const) {
    it(`is taken as it was encoded: ${name}`, async () => {
      expect(await decide(respell(which, (part) => part))).toBe('accepted');
    });
    for (const [what, spell] of SPELLINGS) {
      it(`is refused with ${what}: ${name}`, async () => {
        expect(await decide(respell(which, spell))).toBe('malformed_credentials/not_base64url');
      });
    }
  }

  it('has one spelling: no other last character of a signature is accepted', async () => {
    const good = token();
    for (const last of ALPHABET) {
      const jwt = good.slice(0, -1) + last;
      if (jwt !== good) expect(await decide(jwt)).not.toBe('accepted');
    }
  });
});

describe('decodeBase64url', () => {
  const nearlyBase64url = fc.oneof(
    anyText(),
    fc.base64String(),
    fc.string({ unit: fc.constantFrom(...ALPHABET.split('')) }),
    fc.string({ unit: fc.constantFrom(...`${ALPHABET}+/= \n\t.`.split('')), maxLength: 12 }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
  );

  it('accepts exactly the text that the runtime writes for the bytes', () => {
    fc.assert(
      fc.property(nearlyBase64url, (text) => {
        const bytes = Buffer.from(text, 'base64url');
        expect(decodeBase64url(text)).toEqual(
          bytes.toString('base64url') === text ? bytes : undefined,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('does not confuse characters with the same low byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, high) => {
          const text = Buffer.from(bytes).toString('base64url');
          const place = at % text.length;
          const wide = String.fromCharCode(text.charCodeAt(place) + high * 0x100);
          expect(
            decodeBase64url(text.slice(0, place) + wide + text.slice(place + 1)),
          ).toBeUndefined();
        },
      ),
    );
  });

  it('returns the bytes that were encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(decodeBase64url(text)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('accepts only one spelling of the same bytes', () => {
    const short = fc.string({ unit: fc.constantFrom(...'AQgwBR-_=+'.split('')), maxLength: 4 });
    fc.assert(
      fc.property(short, short, (one, other) => {
        const [first, second] = [decodeBase64url(one), decodeBase64url(other)];
        fc.pre(one !== other && first !== undefined && second !== undefined);
        expect(first?.equals(second ?? Buffer.alloc(0))).toBe(false);
      }),
    );
  });
});
