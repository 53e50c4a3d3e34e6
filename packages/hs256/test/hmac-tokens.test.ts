import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  AUDIENCE,
  claims,
  createWith,
  decideBy,
  ISSUER,
  NOW_SECONDS,
  signHmac,
} from './support/hmac-token.ts';

// HMAC pads a key with zeros, so a secret that ended with one would equal its own beginning.
const secret = Buffer.concat([randomBytes(63), Buffer.of(1)]);
const authenticator = createWith([{ kid: 'k', bytes: secret }]);

describe('an HS256 authenticator', () => {
  it('accepts a token signed by jose', async () => {
    const jwt = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg: 'HS256', kid: 'k', typ: 'at+jwt' })
      .sign(secret);
    expect(await decideBy(authenticator, jwt)).toBe('accepted');
  });

  it('is named hs256 by default', () => {
    expect(authenticator).toMatchObject({ name: 'hs256', issuers: [ISSUER], schemes: ['bearer'] });
    expect(createWith([{ bytes: secret }], { name: 'legacy' }).name).toBe('legacy');
  });

  it.each([
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ])('refuses %s with the same secret', async (alg, hash) => {
    const jwt = signHmac(secret, { alg, kid: 'k' }, claims(), hash);
    expect(await decideBy(authenticator, jwt)).toBe('invalid_token/algorithm');
    const withoutKid = signHmac(secret, { alg }, claims(), hash);
    expect(await decideBy(authenticator, withoutKid)).toBe('invalid_token/algorithm');
  });

  it.each(['none', 'nOnE', 'hs256', 'RS256', 'ES256', 'EdDSA', '', undefined])(
    'refuses an HMAC with the alg %s',
    async (alg) => {
      expect(await decideBy(authenticator, signHmac(secret, { alg, kid: 'k' }))).toBe(
        'invalid_token/algorithm',
      );
    },
  );

  it.each(['RS256', 'ES256', 'EdDSA'])('refuses %s, even with a key in the header', async (alg) => {
    const { privateKey, publicKey } =
      alg === 'RS256'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : alg === 'ES256'
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const jwt = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg, kid: 'k', jwk })
      .sign(privateKey);
    expect(await decideBy(authenticator, jwt)).toBe('invalid_token/algorithm');
  });

  it('refuses a secret in the header', async () => {
    const own = randomBytes(32);
    const jwk = { kty: 'oct', k: own.toString('base64url'), alg: 'HS256', kid: 'k' };
    expect(await decideBy(authenticator, signHmac(own, { kid: 'k', jwk }))).toBe(
      'invalid_token/signature',
    );
  });

  it('refuses an empty, a shortened and an extended signature', async () => {
    const jwt = signHmac(secret, { kid: 'k' });
    const head = jwt.slice(0, jwt.lastIndexOf('.') + 1);
    const mac = Buffer.from(jwt.slice(head.length), 'base64url');
    const wrong = [Buffer.alloc(0), mac.subarray(0, 31), Buffer.concat([mac, Buffer.alloc(1)])];
    for (const signature of wrong) {
      const changed = `${head}${signature.toString('base64url')}`;
      expect(await decideBy(authenticator, changed)).toBe('invalid_token/signature');
    }
  });

  it('refuses a secret that is almost its own', async () => {
    for (const other of [
      secret.subarray(0, 63),
      Buffer.concat([secret, Buffer.from('\n')]),
      Buffer.from(secret.toString('base64')),
      Buffer.from(secret.toString('hex')),
    ]) {
      expect(await decideBy(authenticator, signHmac(other, { kid: 'k' }))).toBe(
        'invalid_token/signature',
      );
    }
  });

  it.each([
    ['expired', { exp: NOW_SECONDS - 5 }, 'expired'],
    ['without an expiry', { exp: undefined }, 'no_expiry'],
    ['of another issuer', { iss: 'https://x.example' }, 'issuer'],
    ['for another audience', { aud: 'billing' }, 'audience'],
    ['of another use', { at_hash: 'AAAA' }, 'use'],
  ])('refuses a token %s, like every JWT authenticator', async (_, changes, reason) => {
    const jwt = signHmac(secret, { kid: 'k' }, claims(changes));
    expect(await decideBy(authenticator, jwt)).toBe(`invalid_token/${reason}`);
  });

  it('applies the options of JWT authenticators', async () => {
    const strict = createWith([{ bytes: secret }], {
      typ: ['at+jwt'],
      requiredClaims: ['tenant'],
      clockToleranceSeconds: 0,
      audience: [AUDIENCE, 'billing'],
    });
    const good = { typ: 'at+jwt' };
    expect(await decideBy(strict, signHmac(secret, good, claims({ tenant: 'a' })))).toBe(
      'accepted',
    );
    expect(await decideBy(strict, signHmac(secret, good))).toBe('invalid_token/claim');
    expect(await decideBy(strict, signHmac(secret, { typ: 'JWT' }))).toBe('invalid_token/type');
  });
});
