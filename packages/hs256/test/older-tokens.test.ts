import { randomBytes } from 'node:crypto';
import { anyOf, AuthError, type Principal } from '@grpc-authn/core/authenticator';
import { createJwtAuthenticator, importKeySet } from '@grpc-authn/jwt';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Hs256Options } from '../src/index.ts';
import {
  AUDIENCE,
  claims,
  context,
  createWith,
  decideBy,
  errorOf,
  ISSUER,
  NOW_SECONDS,
  signHmac,
} from './support/hmac-token.ts';

const secret = randomBytes(32);
const ALL = ['iss', 'aud', 'exp'] as const;

/** A token that somebody signed by hand. */
const byHand = (payload: object = { sub: 'alice' }): string =>
  signHmac(secret, { typ: undefined }, payload);

type Missing = NonNullable<Hs256Options['acceptMissing']>;

/** The warnings of the process are kept from the console. */
function silence(): readonly (readonly unknown[])[] {
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  onTestFinished(() => spy.mockRestore());
  return spy.mock.calls;
}

function accepting(acceptMissing: Missing, options: Partial<Hs256Options> = {}) {
  silence();
  return createWith([{ bytes: secret }], { acceptMissing, ...options });
}

async function principalOf(acceptMissing: Missing, token: string): Promise<Principal<object>> {
  const verdict = await accepting(acceptMissing).authenticate({ scheme: 'bearer', token }, context);
  if (AuthError.is(verdict)) throw verdict;
  return verdict;
}

describe('tokens that were signed by hand, without iss, aud and exp', () => {
  it('are refused by default', async () => {
    const strict = createWith([{ bytes: secret }]);
    for (const [claim, refusal] of [
      ['iss', 'invalid_token/issuer'],
      ['aud', 'invalid_token/audience'],
      ['exp', 'invalid_token/no_expiry'],
    ] as const) {
      expect(await decideBy(strict, byHand(claims({ [claim]: undefined })))).toBe(refusal);
    }
  });

  it('are accepted by acceptMissing, as tokens of the configured issuer', async () => {
    expect(await principalOf(ALL, byHand())).toMatchObject({
      subject: 'alice',
      issuer: ISSUER,
      audience: [],
      audienceChecked: true,
      expiresAtEpochSeconds: undefined,
    });
  });

  it.each(ALL)('are accepted without %s alone where only that may be missing', async (claim) => {
    const authenticator = accepting([claim]);
    expect(await decideBy(authenticator, byHand(claims({ [claim]: undefined })))).toBe('accepted');
    for (const other of ALL.filter((each) => each !== claim)) {
      expect(await decideBy(authenticator, byHand(claims({ [other]: undefined })))).not.toBe(
        'accepted',
      );
    }
  });

  it.each<readonly [string, object, string]>([
    ['another issuer', { iss: 'https://other.example' }, 'invalid_token/issuer'],
    ['an issuer of null', { iss: null }, 'invalid_token/issuer'],
    ['an empty issuer', { iss: '' }, 'invalid_token/issuer'],
    ['another audience', { aud: 'billing' }, 'invalid_token/audience'],
    ['an audience of null', { aud: null }, 'invalid_token/audience'],
    ['an audience that is an empty list', { aud: [] }, 'invalid_token/audience'],
    ['an expiry that has passed', { exp: NOW_SECONDS - 60 }, 'invalid_token/expired'],
    ['an expiry of null', { exp: null }, 'invalid_token/claim'],
    ['an expiry that is text', { exp: 'never' }, 'invalid_token/claim'],
    ['a start in the future', { nbf: NOW_SECONDS + 60 }, 'invalid_token/not_yet_valid'],
  ])('are refused as always with %s', async (_, payload, refusal) => {
    expect(await decideBy(accepting(ALL), byHand(payload))).toBe(refusal);
  });

  it('are refused as always with another secret', async () => {
    const forged = signHmac(randomBytes(32), {}, { sub: 'alice' });
    expect(await decideBy(accepting(ALL), forged)).toBe('invalid_token/signature');
  });

  it('still need iat where an age is limited', async () => {
    const young = accepting(ALL, { maxTokenAgeSeconds: 600 });
    expect(await decideBy(young, byHand())).toBe('invalid_token/claim');
    expect(await decideBy(young, byHand({ iat: NOW_SECONDS - 60 }))).toBe('accepted');
    expect(await decideBy(young, byHand({ iat: NOW_SECONDS - 700 }))).toBe('invalid_token/too_old');
  });

  it('may have no claim that names the audience', async () => {
    const audience = { claim: 'client_id', values: [AUDIENCE] } as const;
    const authenticator = accepting(['aud'], { audience });
    expect(await decideBy(authenticator, byHand(claims()))).toBe('accepted');
    expect(await decideBy(authenticator, byHand(claims({ client_id: 'x' })))).toBe(
      'invalid_token/audience',
    );
  });

  it('are left to this authenticator by anyOf', async () => {
    const keys = importKeySet({ keys: [] });
    const issuer = 'https://id.example.com';
    const main = createJwtAuthenticator({ name: 'main', keys, issuer, audience: AUDIENCE });
    const legacy = accepting(ALL);
    for (const composed of [anyOf(main, legacy), anyOf(legacy, main)]) {
      expect(await decideBy(composed, byHand())).toBe('accepted');
    }
  });
});

describe('the option acceptMissing', () => {
  it('is announced by a process warning at start, which names authenticator and claims', () => {
    const warnings = silence();
    createWith([{ bytes: secret }], { name: 'legacy', acceptMissing: ['exp', 'iss'] });
    expect(warnings).toEqual([
      [
        expect.stringMatching(/"legacy": acceptMissing accepts tokens without iss, exp; /),
        { code: 'GRPC_AUTHN_ACCEPT_MISSING' },
      ],
    ]);
  });

  it('gives no warning where it accepts nothing', () => {
    const warnings = silence();
    createWith([{ bytes: secret }]);
    createWith([{ bytes: secret }], { acceptMissing: [] });
    expect(warnings).toEqual([]);
  });

  it.each([['exp'], [['sub']], [['exp', 'nbf']], [null], [true], [[['exp']]], [{}]])(
    'is a list of iss, aud and exp: not %j',
    (acceptMissing) => {
      const warnings = silence();
      const create = () => createWith([{ bytes: secret }], { acceptMissing } as never);
      expect(errorOf(create)).toMatchObject({
        name: 'ConfigError',
        message: expect.stringMatching(
          /^acceptMissing: expected a list of iss, aud, exp, received /,
        ),
      });
      expect(warnings).toEqual([]);
    },
  );
});
