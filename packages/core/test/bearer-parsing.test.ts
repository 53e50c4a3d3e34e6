import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../src/contract/authenticator.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { bearerFromMetadata } from '../src/grpc/bearer-from-metadata.ts';
import { metadataWith, UncheckedMetadata } from './support/metadata-field.ts';

/** RFC 6750, section 2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
function isB64Token(text: string): boolean {
  const body = text.replace(/=+$/, '');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/';
  return body !== '' && Array.from(body).every((character) => alphabet.includes(character));
}

const MOST = 64;
const bearer = bearerFromMetadata({ maxTokenBytes: MOST });

function expectSound(value: string, result: unknown): void {
  if (AuthError.is(result)) {
    expect(['missing_credentials', 'malformed_credentials']).toContain(result.code);
    return;
  }
  const { scheme, token } = result as Credentials;
  expect(scheme).toBe('bearer');
  expect(isB64Token(token)).toBe(true);
  expect(token.length).toBeLessThanOrEqual(MOST);
  // Only the spaces after the scheme were skipped; nothing was trimmed or decoded.
  expect(value.replace(/^bearer +/i, 'bearer ')).toBe(`bearer ${token}`);
}

const scheme = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Basic', 'Bearer,', '');
const gap = fc.constantFrom(' ', '  ', '\t', '', '\u00A0', ', ');
const token = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9\-._~+/]{1,70}={0,3}$/),
  fc.string({ maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('a.b.c', 'a,b', 'a, Bearer b', 'a b', '=', 'a=b', 'ſ', 'a\n'),
);
const nearlyBearer = fc.tuple(scheme, gap, token).map((parts) => parts.join(''));

describe('the extractor, for any value of the field', () => {
  it('answers with credentials or a refusal, and never throws', () => {
    const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), nearlyBearer);
    fc.assert(
      fc.property(anyText, (value) => {
        expectSound(value, bearer.extract(new UncheckedMetadata(value)));
      }),
      { numRuns: 2000 },
    );
  });

  it('answers the same for what grpc-js accepts', () => {
    const printable = nearlyBearer.filter((value) => /^[ -~]*$/.test(value));
    fc.assert(
      fc.property(printable, (value) => {
        const real = bearer.extract(metadataWith('authorization', value));
        expectSound(value, real);
        expect(real).toEqual(bearer.extract(new UncheckedMetadata(value)));
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts every b64token of no more than the limit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9\-._~+/]{1,60}={0,4}$/), (b64token) => {
        expect(bearer.extract(metadataWith('authorization', `Bearer ${b64token}`))).toEqual({
          scheme: 'bearer',
          token: b64token,
        });
      }),
    );
  });

  it('refuses two values, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (values) => {
        expect(bearer.extract(new UncheckedMetadata(...values))).toMatchObject({
          code: 'malformed_credentials',
          reason: 'multiple',
        });
      }),
    );
  });
});
