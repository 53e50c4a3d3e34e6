import { AuthError } from '@grpc-authn/core/authenticator';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyCompactJws } from '../src/index.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import type { SignatureEngine } from '../src/signature/signature-engine.ts';
import { ALGORITHMS, ENGINES } from './support/engines.ts';
import { groupsOf, HAS_WYCHEPROOF, jwksOf, reportMissing } from './support/wycheproof.ts';

/** The corpus has no EdDSA. */
const COVERED = ALGORITHMS.filter((alg) => alg !== 'EdDSA');

/** Cases that are not decided as their file says, and why. */
const EXCLUSIONS: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  'json_web_signature_test.json': new Map([
    [346, 'the key declares PS256, the token says PS384: one algorithm a key'],
    [347, 'the key declares ES521, which is no algorithm'],
    [350, 'as 346'],
    [351, 'as 347'],
    [357, 'the secret is 32 zero bytes, which is weak'],
    [358, 'as 357'],
    [359, 'as 357'],
    [372, 'wants a character outside base64url to be skipped (RFC 7515, section 2, does not)'],
    [373, 'as 372'],
    [376, 'as 357'],
    [377, 'as 357'],
  ]),
  'json_web_key_test.json': new Map([
    [13, 'the secret is a run of bytes, which is weak'],
    [14, 'as 13'],
    [15, 'as 13'],
  ]),
  'json_web_crypto_test.json': new Map(),
};

async function accepts(
  engines: readonly SignatureEngine[],
  jws: string,
  jwks: { readonly keys: object[] },
): Promise<boolean> {
  const keys = importKeySetWith(engines, jwks);
  return !AuthError.is(await verifyCompactJws(jws, keys, { algorithms: COVERED }));
}

if (!HAS_WYCHEPROOF) {
  describe('Wycheproof', () => {
    it('is skipped: the corpus is missing, and WYCHEPROOF_DIR is not set', () => {
      reportMissing();
    });
  });
} else {
  for (const [file, cases] of [
    ['json_web_signature_test.json', 401],
    ['json_web_key_test.json', 26],
    // Its 83 less those that are encrypted, which is not ours.
    ['json_web_crypto_test.json', 49],
  ] as const) {
    it(`Wycheproof ${file} has ${cases} cases`, () => {
      expect(groupsOf(file).flatMap((group) => group.tests)).toHaveLength(cases);
    });
    describe.each(ENGINES)(`Wycheproof ${file} by %s`, (engine, engines) => {
      let ran = 0;
      afterAll(() => {
        process.stdout.write(`Wycheproof ${file} by ${engine}: ${ran} cases ran\n`);
        expect(ran).toBe(cases);
      });
      for (const group of groupsOf(file)) {
        for (const vector of group.tests) {
          const exclusion = EXCLUSIONS[file]?.get(vector.tcId);
          const name =
            exclusion === undefined
              ? `${vector.result} ${vector.tcId}: ${group.comment} ${vector.comment} ${vector.flags.join()}`
              : `is decided otherwise than ${vector.result} ${vector.tcId}: ${exclusion}`;
          it(name, async () => {
            ran += 1;
            const expected = (vector.result === 'valid') === (exclusion === undefined);
            expect(await accepts(engines, vector.jws, jwksOf(group))).toBe(expected);
          });
        }
      }
    });
  }
}
