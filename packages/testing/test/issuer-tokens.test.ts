import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
} from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../src/index.ts';

async function start(...algorithms: readonly string[]): Promise<TestIssuer> {
  const issuer = await startTestIssuer({ algorithms });
  onTestFinished(() => issuer.close());
  return issuer;
}

async function published(issuer: TestIssuer): Promise<{ keys: JWK[] }> {
  return (await (await fetch(issuer.jwksUri)).json()) as { keys: JWK[] };
}

async function isGood(issuer: TestIssuer, token: string): Promise<boolean> {
  const keys = createLocalJWKSet(await published(issuer));
  return compactVerify(token, keys).then(
    () => true,
    () => false,
  );
}

describe('a token of the issuer', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'is signed with a published key: %s',
    async (alg) => {
      const issuer = await start(alg);
      const token = await issuer.sign();
      expect(decodeProtectedHeader(token)).toMatchObject({ alg, typ: 'at+jwt' });
      expect(await isGood(issuer, token)).toBe(true);
      const [header, payload, signature] = token.split('.');
      const forged = `${header}.${payload?.slice(0, -4)}AAAA.${signature}`;
      expect(await isGood(issuer, forged)).toBe(false);
    },
  );

  it.each(['RS384', 'RS512', 'PS384', 'PS512', 'Ed25519'])(
    'can be signed with any other JOSE algorithm: %s',
    async (alg) => {
      const issuer = await start(alg);
      expect(await isGood(issuer, await issuer.sign())).toBe(true);
    },
  );

  it.each(['ES256K', 'Ed448'])('can be signed with a rare algorithm: %s', async (alg) => {
    const issuer = await start(alg);
    const [header, payload, signature = ''] = (await issuer.sign()).split('.');
    const [jwk] = (await published(issuer)).keys;
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    const hash = alg === 'Ed448' ? null : 'sha256';
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify(hash, signed, options, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('is not valid under the kid of another key', async () => {
    const issuer = await start('ES256', 'ES384');
    const { kid } = decodeProtectedHeader(await issuer.sign({}, { alg: 'ES384' }));
    expect(await isGood(issuer, await issuer.sign({}, { kid: kid ?? '' }))).toBe(false);
  });

  it('is signed with RS256 by default, else with the first algorithm', async () => {
    const usual = await startTestIssuer();
    onTestFinished(() => usual.close());
    expect(decodeProtectedHeader(await usual.sign()).alg).toBe('RS256');
    const issuer = await start('EdDSA', 'ES256');
    expect(decodeProtectedHeader(await issuer.sign()).alg).toBe('EdDSA');
    const other = await issuer.sign({}, { alg: 'ES256' });
    expect(decodeProtectedHeader(other).alg).toBe('ES256');
    expect(await isGood(issuer, other)).toBe(true);
  });

  it('has a default issuer, subject, iat and exp, which the payload overrides', async () => {
    const issuer = await start('ES256');
    const before = Math.floor(Date.now() / 1000);
    const claims = decodeJwt(await issuer.sign({ aud: 'orders' }));
    expect(claims).toMatchObject({ iss: issuer.issuer, sub: 'alice', aud: 'orders' });
    expect(claims.iat).toBeGreaterThanOrEqual(before);
    expect(claims.iat).toBeLessThanOrEqual(Date.now() / 1000);
    expect(claims.exp).toBe((claims.iat ?? 0) + 300);
    const given = { iss: 'x', sub: 5, iat: -1, exp: 'never', __proto__: null };
    expect(decodeJwt(await issuer.sign(given))).toEqual(
      expect.objectContaining({ iss: 'x', sub: 5, iat: -1, exp: 'never' }),
    );
  });

  it('omits members that are undefined', async () => {
    const issuer = await start('ES256');
    const none = { iss: undefined, sub: undefined, jti: undefined, iat: undefined, exp: undefined };
    expect(decodeJwt(await issuer.sign(none as never))).toEqual({});
    const header = { kid: undefined, typ: undefined } as never;
    const token = await issuer.sign({}, { header });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256' });
  });

  it.each([['JWT'], ['logout+jwt'], ['']])('has the given typ: %j', async (typ) => {
    const issuer = await start('ES256');
    expect(decodeProtectedHeader(await issuer.sign({}, { typ })).typ).toBe(typ);
  });

  it('has no typ if it is null', async () => {
    const issuer = await start('ES256');
    const token = await issuer.sign({}, { typ: null });
    expect(decodeProtectedHeader(token)).not.toHaveProperty('typ');
    expect(await isGood(issuer, token)).toBe(true);
  });

  it('has the given kid and header', async () => {
    const issuer = await start('ES256');
    expect(decodeProtectedHeader(await issuer.sign({}, { kid: 'x' })).kid).toBe('x');
    const header = { jku: 'https://evil.example.com', kid: 'y', typ: 'JWT' };
    const token = await issuer.sign({}, { kid: 'x', header });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', ...header });
  });

  it('can be signed with a secret, which is never published', async () => {
    const issuer = await start('ES256');
    const token = await issuer.sign({}, { alg: 'HS256' });
    expect(decodeProtectedHeader(token).alg).toBe('HS256');
    expect(await isGood(issuer, token)).toBe(false);
    expect((await published(issuer)).keys).toHaveLength(1);
    const secrets = await start('HS256');
    expect(await secrets.sign()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await published(secrets)).toEqual({ keys: [] });
  });

  it('can be signed with an unpublished key', async () => {
    const issuer = await start('ES256');
    const token = await issuer.sign({}, { alg: 'RS256' });
    expect(decodeProtectedHeader(token).alg).toBe('RS256');
    expect(await isGood(issuer, token)).toBe(false);
  });

  it('can be unsecured', async () => {
    const issuer = await start('ES256');
    const token = await issuer.sign({ aud: 'orders' }, { alg: 'none', header: { kid: 'x' } });
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.$/);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'none', kid: 'x' });
    expect(decodeJwt(token)).toMatchObject({ iss: issuer.issuer, aud: 'orders' });
  });

  it('cannot have an unknown algorithm', async () => {
    const issuer = await start('ES256');
    await expect(issuer.sign({}, { alg: 'XS256' })).rejects.toThrow(/XS256/);
    await expect(startTestIssuer({ algorithms: ['XS256'] })).rejects.toThrow(/XS256/);
  });
});

describe('the keys of the issuer', () => {
  it('are replaced by a rotation, unless keepOld is set', async () => {
    const issuer = await start('ES256', 'EdDSA');
    const first = await issuer.sign();
    const kept = await issuer.rotateKeys({ keepOld: true });
    const second = await issuer.sign();
    expect(decodeProtectedHeader(second).kid).toBe(kept);
    expect((await published(issuer)).keys).toHaveLength(4);
    expect([await isGood(issuer, first), await isGood(issuer, second)]).toEqual([true, true]);
    const kid = await issuer.rotateKeys();
    expect(kid).not.toBe(kept);
    expect((await published(issuer)).keys.map(({ alg }) => alg)).toEqual(['ES256', 'EdDSA']);
    expect([await isGood(issuer, first), await isGood(issuer, second)]).toEqual([false, false]);
    expect(await isGood(issuer, await issuer.sign())).toBe(true);
  });

  it('are published without private members, each with its own kid', async () => {
    const { keys } = await published(await start('RS256', 'ES256', 'EdDSA'));
    for (const key of keys) {
      expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']));
      expect(key).toMatchObject({ use: 'sig', alg: expect.any(String) as string });
      await expect(importJWK(key)).resolves.toBeDefined();
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(3);
  });
});
