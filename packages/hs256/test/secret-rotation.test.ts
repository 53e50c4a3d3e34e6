import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createWith, decideBy, signHmac, errorOf } from './support/hmac-token.ts';

const one = randomBytes(32);
const two = randomBytes(32);
const three = randomBytes(32);

describe('a token with a kid', () => {
  const authenticator = createWith([
    { kid: 'new', bytes: two },
    { kid: 'old', bytes: one },
  ]);

  it('is verified with the secret of that kid', async () => {
    expect(await decideBy(authenticator, signHmac(one, { kid: 'old' }))).toBe('accepted');
    expect(await decideBy(authenticator, signHmac(two, { kid: 'new' }))).toBe('accepted');
  });

  it('is verified with no other secret', async () => {
    expect(await decideBy(authenticator, signHmac(one, { kid: 'new' }))).toBe(
      'invalid_token/signature',
    );
  });

  it('has an unknown key if no secret has that kid', async () => {
    for (const kid of ['next', '', '__proto__', 'NEW']) {
      expect(await decideBy(authenticator, signHmac(one, { kid }))).toBe(
        'invalid_token/unknown_key',
      );
    }
  });

  it('has an unknown key if no secret has a kid', async () => {
    const nameless = createWith([{ bytes: one }]);
    expect(await decideBy(nameless, signHmac(one, { kid: 'old' }))).toBe(
      'invalid_token/unknown_key',
    );
  });
});

describe('a token without kid', () => {
  it('is tried with each of eight secrets, with or without kid', async () => {
    const secrets = Array.from({ length: 8 }, () => randomBytes(32));
    const authenticator = createWith(
      secrets.map((bytes, index) => (index % 2 === 0 ? { bytes } : { bytes, kid: `k${index}` })),
    );
    for (const secret of secrets) {
      expect(await decideBy(authenticator, signHmac(secret))).toBe('accepted');
    }
    expect(await decideBy(authenticator, signHmac(randomBytes(32)))).toBe(
      'invalid_token/signature',
    );
  });
});

describe('the list of secrets', () => {
  it('has one to eight', () => {
    const eight = Array.from({ length: 8 }, () => ({ bytes: randomBytes(32) }));
    expect(errorOf(() => createWith(eight))).toBeUndefined();
    for (const wrong of [[], [...eight, { bytes: randomBytes(32) }]]) {
      expect(errorOf(() => createWith(wrong))).toMatchObject({
        name: 'ConfigError',
        message: expect.stringMatching(/^secrets: expected a list of 1 to 8/),
      });
    }
  });

  it('has no duplicate kid', () => {
    const twins = [
      { kid: 'a', bytes: one },
      { kid: 'a', bytes: two },
    ];
    expect(errorOf(() => createWith(twins))).toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('secrets: expected'),
    });
  });

  it('is rotated by adding the new secret, then removing the old one', async () => {
    const stages = [[{ bytes: one }], [{ bytes: two }, { bytes: one }], [{ bytes: two }]];
    const decisions = await Promise.all(
      stages.map(async (secrets) => {
        const authenticator = createWith(secrets);
        return [
          await decideBy(authenticator, signHmac(one)),
          await decideBy(authenticator, signHmac(two)),
        ];
      }),
    );
    expect(decisions).toEqual([
      ['accepted', 'invalid_token/signature'],
      ['accepted', 'accepted'],
      ['invalid_token/signature', 'accepted'],
    ]);
  });

  it('is copied: later changes have no effect', async () => {
    const bytes = Buffer.from(three);
    const secrets = [{ kid: 'k', bytes }];
    const authenticator = createWith(secrets);
    const good = signHmac(three, { kid: 'k' });
    bytes.fill(0);
    secrets[0] = { kid: 'k', bytes: one };
    secrets.push({ kid: 'evil', bytes: two });
    expect(await decideBy(authenticator, good)).toBe('accepted');
    expect(await decideBy(authenticator, signHmac(Buffer.alloc(32), { kid: 'k' }))).toBe(
      'invalid_token/signature',
    );
    expect(await decideBy(authenticator, signHmac(two, { kid: 'evil' }))).toBe(
      'invalid_token/unknown_key',
    );
  });

  it('accepts a secret in each form', async () => {
    for (const secret of [
      { bytes: one },
      { bytes: new Uint8Array(one) },
      { key: createSecretKey(one) },
      { text: one.toString('base64'), encoding: 'base64' as const },
      { text: one.toString('base64').replace(/=+$/, ''), encoding: 'base64' as const },
      { text: one.toString('base64url'), encoding: 'base64url' as const },
      { text: one.toString('hex'), encoding: 'hex' as const },
      { text: one.toString('hex').toUpperCase(), encoding: 'hex' as const },
    ]) {
      expect(await decideBy(createWith([secret]), signHmac(one))).toBe('accepted');
    }
    const text = 'a passphrase of more than 32 bytes, é';
    const authenticator = createWith([{ text, encoding: 'utf8' }]);
    expect(await decideBy(authenticator, signHmac(Buffer.from(text)))).toBe('accepted');
  });
});
