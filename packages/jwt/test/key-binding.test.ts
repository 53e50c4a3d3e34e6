import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importKeySet } from '../src/index.ts';
import { ALGORITHMS } from './support/engines.ts';
import { createSigningKey, renameKey, signJws, withoutAlgorithm } from './support/signing-key.ts';
import { claims, decide } from './support/test-authenticator.ts';

const KEYS = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'HS256'].map((alg) =>
  createSigningKey(alg, 'k'),
);

describe('a JWK without alg', () => {
  it.each(KEYS.map((key) => [key.alg, key] as const))(
    'binds by its type and curve to one algorithm: %s',
    async (alg, key) => {
      const keys = importKeySet({ keys: [withoutAlgorithm(key)] });
      for (const claimed of ALGORITHMS) {
        const family = (name: string): string => (/^[RP]S/.test(name) ? 'RSA' : name.slice(0, 2));
        const signer = family(claimed) === family(alg) ? renameKey(key, { alg: claimed }) : key;
        const jwt = signJws(signer, { alg: claimed, kid: 'k' }, claims());
        expect([claimed, await decide(jwt, { keys, algorithms: ALGORITHMS })]).toEqual([
          claimed,
          claimed === alg ? 'accepted' : 'invalid_token/algorithm',
        ]);
      }
    },
  );

  it('binds an RSA key to the configured algorithm if RS256 is not allowed', async () => {
    const rsa = createSigningKey('RS256', 'k');
    const keys = importKeySet({ keys: [withoutAlgorithm(rsa)] });
    const [rs256, ps256, ps512] = ['RS256', 'PS256', 'PS512'].map((alg) =>
      signJws(renameKey(rsa, { alg }), { alg, kid: 'k' }, claims()),
    ) as [string, string, string];
    expect(await decide(ps256, { keys, algorithms: ['PS256'] })).toBe('accepted');
    expect(await decide(ps512, { keys, algorithms: ['ES256', 'PS512', 'PS256'] })).toBe('accepted');
    expect(await decide(ps256, { keys, algorithms: ['ES256', 'PS512', 'PS256'] })).toBe(
      'invalid_token/algorithm',
    );
    expect(await decide(rs256, { keys, algorithms: ['PS256'] })).toBe('invalid_token/algorithm');
    expect(await decide(ps256, { keys, algorithms: ['PS256', 'RS256'] })).toBe(
      'invalid_token/algorithm',
    );
  });
});

const [rsa, es256, , , ed25519, hs256] = KEYS.map(({ jwk }) => jwk);
const ed448 = generateKeyPairSync('ed448').publicKey.export({ format: 'jwk' });
const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });

describe('a JWK', () => {
  it.each([
    ['with an alg of another type', { ...rsa, alg: 'ES256' }, /does not match/],
    ['with an alg of another curve', { ...es256, alg: 'ES384' }, /does not match/],
    ['with an HMAC alg on an RSA key', { ...rsa, alg: 'HS256' }, /does not match/],
    [
      'with an HMAC alg on an RSA key with k',
      { ...rsa, k: hs256?.k, alg: 'HS256' },
      /does not match/,
    ],
    ['with an HMAC alg on an OKP key', { ...ed25519, alg: 'HS256' }, /does not match/],
    ['with an RSA alg on a secret', { ...hs256, alg: 'RS256' }, /does not match/],
    ['with alg none', { ...ed25519, alg: 'none' }, /not a supported signature algorithm/],
    [
      'with an alg for encryption',
      { ...rsa, alg: 'RSA-OAEP-256' },
      /not a supported signature algorithm/,
    ],
    ['with an alg that is not a string', { ...ed25519, alg: 5 }, /alg is not a string/],
    ['with an alg of null', { ...ed25519, alg: null }, /alg is not a string/],
    ['with an alg list', { ...ed25519, alg: ['EdDSA'] }, /alg is not a string/],
    ['of Ed448', ed448, /no supported algorithm/],
    ['of Ed448 that says EdDSA', { ...ed448, alg: 'EdDSA' }, /does not match/],
    ['of X25519', x25519, /no supported algorithm/],
    ['of secp256k1', createSigningKey('ES256K').jwk, /not a supported signature algorithm/],
    ['of an unknown type', { kty: 'XYZ', x: 'AAAA' }, /no supported algorithm/],
    ['without a type', { ...ed25519, alg: undefined, kty: undefined }, /no supported algorithm/],
    ['for encryption', { ...ed25519, use: 'enc' }, /use/],
    ['of an unknown use', { ...ed25519, use: 'SIG' }, /use/],
    ['of a use that is not a string', { ...ed25519, use: ['sig'] }, /use/],
    ['with key_ops for encryption', { ...ed25519, key_ops: ['encrypt', 'wrapKey'] }, /key_ops/],
    ['with key_ops for signing only', { ...ed25519, key_ops: ['sign'] }, /key_ops/],
    ['with key_ops that are empty', { ...ed25519, key_ops: [] }, /key_ops/],
    ['with key_ops that are a string', { ...ed25519, key_ops: 'verify' }, /key_ops/],
    ['of a secret for encryption', { ...hs256, use: 'enc' }, /use/],
    ['with a kid that is not a string', { ...ed25519, kid: 5 }, /kid/],
    ['with a private d', { ...ed25519, d: 'AAAA' }, /private/],
    ['with a private d that is empty', { ...es256, d: '' }, /private/],
    ['with a prime p', { ...rsa, p: 'AAAA' }, /private/],
    ['with a prime q', { ...rsa, q: 'AAAA' }, /private/],
    ['with a private dp', { ...rsa, dp: 'AAAA' }, /private/],
    ['with a private dq', { ...rsa, dq: 'AAAA' }, /private/],
    ['with a private qi', { ...rsa, qi: 'AAAA' }, /private/],
    ['with other primes', { ...rsa, oth: [] }, /private/],
    ['with a point off the curve', { ...es256, y: es256?.x }, /not a valid public key/],
    ['with a coordinate missing', { ...es256, y: undefined }, /not a valid public key/],
    ['with an x that is too short', { ...ed25519, x: 'AAAA' }, /not a valid public key/],
    ['of a short secret', { kty: 'oct', k: 'A'.repeat(42) }, /shorter than 32 bytes/],
    ['of a short secret for HS512', { kty: 'oct', alg: 'HS512', k: 'A'.repeat(84) }, /than 64/],
    ['of a secret that is empty', { kty: 'oct', k: '' }, /k is not base64url/],
    ['of a secret that is missing', { kty: 'oct' }, /k is not base64url/],
    ['of a secret that is not base64url', { kty: 'oct', k: '+/'.repeat(40) }, /k is not base64url/],
  ])('is left out %s, with a reason', (_, jwk: object, why) => {
    const kid = (jwk as { kid?: unknown }).kid;
    const set = importKeySet({ keys: [JSON.parse(JSON.stringify(jwk)) as object] });
    expect(set.size).toBe(0);
    expect(set.refused).toEqual([
      { kid: typeof kid === 'string' ? kid : undefined, why: expect.stringMatching(why) },
    ]);
  });

  it.each([
    ['for signatures', { ...ed25519, use: 'sig' }],
    ['with key_ops that have verify', { ...ed25519, key_ops: ['verify', 'sign'] }],
    ['with unknown members', { ...ed25519, x5c: ['!'], x5t: 5, ext: true, nbf: 0 }],
    ['without a kid', { ...ed25519, kid: undefined }],
    ['of a secret of 32 bytes', { kty: 'oct', k: randomBytes(32).toString('base64url') }],
    [
      'of a secret of 64 bytes for HS512',
      { kty: 'oct', alg: 'HS512', k: randomBytes(64).toString('base64url') },
    ],
  ])('is imported %s', (_, jwk) => {
    const set = importKeySet({ keys: [JSON.parse(JSON.stringify(jwk)) as object] });
    expect(set).toMatchObject({ size: 1, refused: [] });
  });
});
