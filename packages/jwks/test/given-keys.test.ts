import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createSigner, unknownToken } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('key');

function refusalOf(keys: unknown): string {
  try {
    createSubject({ keys: keys as readonly unknown[] });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('keys that are given', () => {
  it('verify at once, and are never fetched', async () => {
    const { decide, authenticator, clock } = createSubject({ keys: [key.jwk] });
    await authenticator.ready();
    expect(await decide(key.token())).toBe('accepted');
    expect(await decide(unknownToken('key'))).toBe('invalid_token/signature');
    expect(clock.waiting).toBe(0);
  });

  it('never change, so an unknown kid is refused at once', async () => {
    const { decide } = createSubject({ keys: [key.jwk] });
    expect(await decide(unknownToken())).toBe('invalid_token/unknown_key');
  });

  it('cannot be changed afterwards', async () => {
    const keys = [{ ...key.jwk }];
    const { decide } = createSubject({ keys });
    Object.assign(keys[0]!, createSigner('evil').jwk);
    keys.length = 0;
    expect(await decide(key.token())).toBe('accepted');
  });

  it('may have some that must not be used: those are reported', async () => {
    const { decide, events } = createSubject({
      keys: [{ kty: 'oct', kid: 'key', k: 'AAAA' }, key.jwk],
    });
    expect(events).toMatchObject([
      {
        type: 'keys_refreshed',
        detail: { usable: 1, discarded: 1, keys: [{ kid: 'key', alg: 'EdDSA' }] },
      },
      { type: 'keys_discarded', detail: { keys: [{ kid: 'key' }] } },
    ]);
    expect(await decide(key.token())).toBe('accepted');
  });

  it.each([
    ['the list is empty', []],
    ['it is a secret in a set of public keys', [{ kty: 'oct', k: 'A'.repeat(64) }]],
    ['it has private members: a leaked key must not be trusted', [{ ...key.jwk, d: 'AAAA' }]],
    ['its use is not "sig"', [{ ...key.jwk, use: 'enc' }]],
    ['another key has its kid and algorithm', [key.jwk, createSigner('key').jwk]],
  ])('of which none is usable are a ConfigError that says why: %s', (why, keys) => {
    const message = refusalOf(keys);
    expect(message).toMatch(
      /^jwks\.keys: expected at least one usable public key, received no usable key/,
    );
    expect(message).toContain(why);
  });

  it('are not shown in the ConfigError', () => {
    expect(refusalOf([{ kty: 'oct', kid: 'canary', k: 'canary' }])).not.toContain('canary');
  });

  it.each([[undefined], [null], [{}], ['keys'], [{ keys: [key.jwk] }], [5]])(
    'are a list: %j is a ConfigError',
    (keys) => {
      expect(refusalOf(keys)).toMatch(/^jwks\.keys: expected a list of JWKs/);
    },
  );
});
