import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createSigningKey, type SigningKey, signJws } from './support/signing-key.ts';
import {
  claims,
  header,
  key,
  NOW_SECONDS,
  payloadText,
  type TestOptions,
  tokenOfPayload,
  verdictOf,
} from './support/test-authenticator.ts';

interface Fault {
  readonly reason: string;
  readonly claims?: object;
  readonly header?: object;
  readonly signer?: SigningKey;
  readonly options?: TestOptions;
}

const otherKey = createSigningKey('EdDSA', 'main');
const rejecting: TestOptions = {
  claims: {
    '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [] }) },
  } as never,
};

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['issuer', { reason: 'issuer', claims: { iss: 'https://x.example' } }],
  ['audience', { reason: 'audience', claims: { aud: 'billing' } }],
  ['algorithm', { reason: 'algorithm', header: { alg: 'HS256' } }],
  ['missing algorithm', { reason: 'algorithm', header: { alg: undefined } }],
  ['algorithm of none', { reason: 'algorithm', header: { alg: 'none' } }],
  ['algorithm for the key', { reason: 'algorithm', header: { alg: 'ES256' } }],
  ['key', { reason: 'unknown_key', header: { kid: 'other' } }],
  ['kind of kid', { reason: 'unknown_key', header: { kid: 5 } }],
  ['signature', { reason: 'signature', signer: otherKey }],
  ['typ', { reason: 'type', header: { typ: 'dpop+jwt' } }],
  ['kind of typ', { reason: 'type', header: { typ: 5 } }],
  ['crit', { reason: 'critical', header: { crit: [] } }],
  ['use', { reason: 'use', claims: { at_hash: 'AAAA' } }],
  ['scope', { reason: 'claim', claims: { scope: 5 } }],
  ['subject', { reason: 'claim', claims: { sub: 5 } }],
  ['client', { reason: 'claim', claims: { client_id: 'a', azp: 'b' } }],
  ['nbf', { reason: 'claim', claims: { nbf: 'tomorrow' } }],
  ['iat', { reason: 'claim', claims: { iat: null } }],
  ['start', { reason: 'not_yet_valid', claims: { nbf: NOW_SECONDS + 1000 } }],
  ['age', { reason: 'too_old', claims: { iat: 0 }, options: { maxTokenAgeSeconds: 10 } }],
  ['required claim', { reason: 'claim', options: { requiredClaims: ['tenant'] } }],
  ['schema', { reason: 'claim', options: rejecting }],
];

async function refusalOf(fault: Fault, exp: number): Promise<AuthError> {
  const jwt = signJws(fault.signer ?? key, header(fault.header), claims({ exp, ...fault.claims }));
  const verdict = await verdictOf(jwt, fault.options);
  if (!AuthError.is(verdict)) throw new Error('accepted');
  return verdict;
}

describe('tokenExpired', () => {
  it.each(FAULTS)('is set on an expired token regardless of other faults: %s', async (_, fault) => {
    const refusal = await refusalOf(fault, NOW_SECONDS - 5);
    expect(refusal).toMatchObject({ code: 'invalid_token', tokenExpired: true });
  });

  it.each(FAULTS)('is not set on a token that has not expired: %s', async (_, fault) => {
    const { code, reason, tokenExpired } = await refusalOf(fault, NOW_SECONDS + 300);
    expect({ code, reason, tokenExpired }).toEqual({
      code: 'invalid_token',
      reason: fault.reason,
      tokenExpired: false,
    });
  });

  it.each(FAULTS)('is not set within the tolerance: %s', async (_, fault) => {
    expect((await refusalOf(fault, NOW_SECONDS - 4)).tokenExpired).toBe(false);
  });

  it('is set without other faults', async () => {
    const refusal = await refusalOf({ reason: 'expired' }, NOW_SECONDS - 5);
    expect(refusal).toMatchObject({ reason: 'expired', tokenExpired: true });
  });

  it.each(['"1"', 'null', '-1', '1e999', '[1]', 'true'])(
    'is not set by an exp that is no date: %s',
    async (exp) => {
      const verdict = await verdictOf(tokenOfPayload(payloadText(`"exp":${exp}`)));
      expect(verdict).toMatchObject({ reason: 'claim', tokenExpired: false });
    },
  );
});
