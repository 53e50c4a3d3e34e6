import { createPublicKey, createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importKeySet } from '../src/index.ts';
import {
  createSigningKey,
  encodePart,
  renameKey,
  type SigningKey,
  signJws,
  withoutAlgorithm,
} from './support/signing-key.ts';
import { claims, decide, header, keySetOf, token } from './support/test-authenticator.ts';

const rsa = createSigningKey('RS256', 'rsa');
const p256 = createSigningKey('ES256', 'ec');

function tokenBy(signer: SigningKey, headerChanges: object = {}): string {
  return signJws(signer, { alg: signer.alg, kid: signer.kid, ...headerChanges }, claims());
}

describe('the algorithm of a token', () => {
  it.each([
    ['a PS256 token, a key declared RS256', 'PS256', 'RS256'],
    ['an RS256 token, a key declared PS256', 'RS256', 'PS256'],
    ['an RS512 token, a key declared RS256', 'RS512', 'RS256'],
  ])('is that of the key: %s', async (_, signed, declared) => {
    const options = { keys: keySetOf(renameKey(rsa, { alg: declared })) };
    const jwt = tokenBy(renameKey(rsa, { alg: signed }));
    const algorithms = ['RS256', 'PS256', 'RS512'] as const;
    expect(await decide(jwt, { ...options, algorithms })).toBe('invalid_token/algorithm');
    expect(await decide(tokenBy(renameKey(rsa, { alg: declared })), options)).toBe('accepted');
  });

  it('must be allowed, even if a key for it is available', async () => {
    const es384 = createSigningKey('ES384');
    const options = { keys: keySetOf(es384) };
    expect(await decide(tokenBy(es384), options)).toBe('invalid_token/algorithm');
    expect(await decide(tokenBy(es384), { ...options, algorithms: ['ES384'] })).toBe('accepted');
  });

  it('must have its registered spelling', async () => {
    for (const alg of [
      'eddsa',
      'EDDSA',
      'EdDSA ',
      ' EdDSA',
      'Ed25519ph',
      'Ed448',
      'ES256K',
      'XX',
    ]) {
      expect(await decide(token({}, { alg }))).toBe('invalid_token/algorithm');
    }
  });

  it.each([[undefined], [null], [0], [''], [['EdDSA']], [{ toString: 'EdDSA' }], ['__proto__']])(
    'is never %j',
    async (alg) => {
      expect(await decide(token({}, { alg }))).toBe('invalid_token/algorithm');
    },
  );

  it('can be EdDSA or Ed25519 in the token, the key and the options', async () => {
    const ed = createSigningKey('EdDSA', 'ed');
    for (const declared of ['EdDSA', 'Ed25519']) {
      const keys = keySetOf(renameKey(ed, { alg: declared }));
      for (const alg of ['EdDSA', 'Ed25519']) {
        for (const allowed of ['EdDSA', 'Ed25519']) {
          const jwt = tokenBy(ed, { alg });
          expect(await decide(jwt, { keys, algorithms: [allowed] })).toBe('accepted');
        }
      }
    }
  });

  it('must match the curve of the key', async () => {
    const es384 = createSigningKey('ES384', 'ec');
    const keys = importKeySet({ keys: [withoutAlgorithm(es384)] });
    const jwt = tokenBy(es384, { alg: 'ES256' });
    expect(await decide(jwt, { keys, algorithms: ['ES256', 'ES384'] })).toBe(
      'invalid_token/algorithm',
    );
  });
});

describe('a token without a valid algorithm', () => {
  it.each(['none', 'None', 'nOnE', 'NONE'])('is refused: %s', async (alg) => {
    const unsigned = `${encodePart(header({ alg }))}.${encodePart(claims())}.`;
    expect(await decide(unsigned)).toBe('invalid_token/algorithm');
    expect(await decide(token({}, { alg }))).toBe('invalid_token/algorithm');
    const withoutKid = `${encodePart({ alg })}.${encodePart(claims())}.`;
    expect(await decide(withoutKid)).toBe('invalid_token/algorithm');
  });

  it('is refused if the signature is empty', async () => {
    const unsigned = `${encodePart(header())}.${encodePart(claims())}.`;
    expect(await decide(unsigned)).toBe('invalid_token/signature');
  });
});

// CVE-2015-9235 and its kin: a public key is everybody's, so it must never be a secret.
describe('an HMAC with a public key as secret', () => {
  const publicKey = createPublicKey(rsa.privateKey);
  const pem = publicKey.export({ format: 'pem', type: 'spki' });
  const guesses: readonly (readonly [string, string | Buffer])[] = [
    ['its PEM', pem],
    ['its PEM without the last newline', pem.toString().trimEnd()],
    ['its PKCS #1 PEM', publicKey.export({ format: 'pem', type: 'pkcs1' })],
    ['its DER', publicKey.export({ format: 'der', type: 'spki' })],
    ['its JWK', JSON.stringify(rsa.jwk)],
    ['its modulus', Buffer.from(rsa.jwk.n ?? '', 'base64url')],
    ['its modulus as text', rsa.jwk.n ?? ''],
  ];

  it.each(guesses)('is refused: %s', async (_, guess) => {
    const privateKey = createSecretKey(Buffer.from(guess));
    for (const keys of [keySetOf(rsa), importKeySet({ keys: [withoutAlgorithm(rsa)] })]) {
      for (const algorithms of [undefined, ['RS256', 'HS256'], ['HS256']] as const) {
        const options = { keys, ...(algorithms === undefined ? {} : { algorithms }) };
        const jwt = tokenBy({ ...rsa, alg: 'HS256', privateKey });
        expect(await decide(jwt, options)).toBe('invalid_token/algorithm');
        const withoutKid = tokenBy({ ...rsa, alg: 'HS256', privateKey }, { kid: undefined });
        expect(await decide(withoutKid, options)).toMatch(
          /^invalid_token\/(algorithm|unknown_key)$/,
        );
      }
    }
  });

  it('is refused if the secret is a point of a curve', async () => {
    const point = createPublicKey(p256.privateKey).export({ format: 'der', type: 'spki' });
    const privateKey = createSecretKey(Buffer.from(point));
    const options = { keys: keySetOf(p256), algorithms: ['ES256', 'HS256'] as const };
    expect(await decide(tokenBy({ ...p256, alg: 'HS256', privateKey }), options)).toBe(
      'invalid_token/algorithm',
    );
  });
});
