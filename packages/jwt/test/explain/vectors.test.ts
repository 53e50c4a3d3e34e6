import {
  AuthError,
  type CheckName,
  createCallGuard,
  type Principal,
} from '@grpc-authn/core/authenticator';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { importKeySet } from '../../src/index.ts';
import { ALGORITHMS } from '../support/engines.ts';
import { assertAgrees, describeRefusal, explained } from '../support/explained.ts';
import { encodePart } from '../support/signing-key.ts';
import { claims, context, createTestAuthenticator } from '../support/test-authenticator.ts';
import {
  allGroupsOf,
  type AnyGroup,
  HAS_WYCHEPROOF,
  jwksOf,
  reportMissing,
} from '../support/wycheproof.ts';

const FILES = {
  'json_web_signature_test.json': 401,
  'json_web_key_test.json': 26,
  'json_web_crypto_test.json': 83,
};
const today = createFakeClock(Date.now());

type Verify = ReturnType<typeof createTestAuthenticator>;

/** The refusal, on which authenticate(), a guard and explain() agree, and the checks that explain() shows as failed. */
async function refusalOf(
  authenticator: Verify,
  token: string,
): Promise<{ readonly refusal: AuthError; readonly failed: readonly CheckName[] }> {
  const credentials = { scheme: 'bearer', token };
  const verdict: Principal<object> | AuthError = await authenticator.authenticate(
    credentials,
    context,
  );
  if (!AuthError.is(verdict)) throw new Error('expected a refusal, received a principal');
  await assertAgrees(authenticator, token, verdict);
  const guard = createCallGuard({ authenticator, clock: today });
  const call = { method: '/a.B/C', streaming: false, credentials, end: () => undefined };
  const { refusal } = await guard.begin(call);
  expect(refusal && describeRefusal(refusal)).toEqual(describeRefusal(verdict));
  const { steps } = await explained(authenticator, token);
  const failed = steps.filter(({ result }) => result === 'failed').map(({ check }) => check);
  return { refusal: verdict, failed };
}

function verifierOf(group: AnyGroup): Verify {
  return createTestAuthenticator({ keys: importKeySet(jwksOf(group)), algorithms: ALGORITHMS });
}

describe('explain() and the guard', () => {
  if (!HAS_WYCHEPROOF) {
    it('are not compared on Wycheproof: the corpus is missing', reportMissing);
    return;
  }

  for (const [file, cases] of Object.entries(FILES)) {
    it(`refuse each vector of ${file} with the same check, because no payload is a claims set`, async () => {
      let count = 0;
      for (const group of allGroupsOf(file)) {
        const authenticator = verifierOf(group);
        for (const { jws, jwe } of group.tests) {
          count += 1;
          const vector = jws ?? jwe;
          const token = typeof vector === 'string' ? vector : JSON.stringify(vector);
          const { refusal, failed } = await refusalOf(authenticator, token);
          expect(refusal.code).toMatch(/^(malformed_credentials|invalid_token)$/);
          expect(failed).toEqual(['format']);
        }
      }
      expect(count).toBe(cases);
    });

    it(`fail the same check for the headers and signatures of ${file} with good claims`, async () => {
      const seen = new Set<string>();
      const payload = encodePart(claims());
      for (const group of allGroupsOf(file)) {
        const authenticator = verifierOf(group);
        for (const { jws } of group.tests) {
          if (typeof jws !== 'string') continue;
          const [head = '', , ...rest] = jws.split('.');
          const { refusal, failed } = await refusalOf(
            authenticator,
            [head, payload, ...rest].join('.'),
          );
          expect(failed).toHaveLength(1);
          seen.add(`${failed.join()}: ${refusal.reason}`);
        }
      }
      expect([...seen]).toEqual(
        expect.arrayContaining(['key: unknown_key', 'signature: signature']),
      );
    });
  }
});
