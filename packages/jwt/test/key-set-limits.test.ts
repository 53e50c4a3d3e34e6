import { describe, expect, it } from 'vitest';
import { importKeySet } from '../src/index.ts';
import {
  createSigningKey,
  renameKey,
  signJws,
  type SigningKey,
  withoutAlgorithm,
} from './support/signing-key.ts';
import { claims, decide, key, keySetOf, token } from './support/test-authenticator.ts';

function createKeys(count: number, alg = 'EdDSA'): readonly SigningKey[] {
  return Array.from({ length: count }, (_, index) => createSigningKey(alg, `${alg}-${index}`));
}

function tokenBy(signer: SigningKey, kid: string | undefined = signer.kid): string {
  return signJws(signer, { alg: signer.alg, kid }, claims());
}

function withoutKid(signer: SigningKey): SigningKey {
  return { ...signer, jwk: { ...signer.jwk, kid: undefined as never } };
}

function tokenWithoutKid(signer: SigningKey): string {
  return signJws(signer, { alg: signer.alg }, claims());
}

describe('a set of keys', () => {
  it('contains at most 64 keys, the first ones', async () => {
    const many = createKeys(70);
    const keys = keySetOf(...many);
    expect(keys.size).toBe(64);
    expect(keys.refused.map(({ kid }) => kid)).toEqual(many.slice(64).map(({ kid }) => kid));
    expect(await decide(tokenBy(many[63]!), { keys })).toBe('accepted');
    expect(await decide(tokenBy(many[64]!), { keys })).toBe('invalid_token/unknown_key');
  });

  it('does not count keys that are left out', () => {
    const unusable = Array.from({ length: 100 }, () => ({ kty: 'OKP', crv: 'Ed448' }));
    const keys = importKeySet({ keys: [...unusable, ...createKeys(64).map(({ jwk }) => jwk)] });
    expect(keys.size).toBe(64);
    expect(keys.refused).toHaveLength(100);
  });

  it('keeps its secret if the other entries are not keys', () => {
    const secret = createSigningKey('HS256').jwk;
    const others = [[], 'a key', null] as unknown as object[];
    expect(importKeySet({ keys: [secret, ...others] }).size).toBe(1);
    expect(importKeySet({ keys: [secret, {}] }).size).toBe(0);
  });

  it('checks few keys of a huge set, even if none is usable', () => {
    let looks = 0;
    const bad = Object.defineProperty({}, 'kty', { get: () => (looks += 1) && 'OKP' });
    const keys = importKeySet({ keys: Array.from({ length: 13_107 }, () => bad) });
    expect(keys.size).toBe(0);
    expect(looks).toBeLessThan(5000);
    expect(keys.refused.at(-1)?.why).toBe(
      `the set has ${13_107 - 256} keys more than the limit of 256`,
    );
    expect(keySetOf(key).refused).toEqual([]);
  });

  it('leaves out both of two keys with one kid and one algorithm', async () => {
    const [one, two] = [createSigningKey('EdDSA', 'same'), createSigningKey('EdDSA', 'same')];
    const keys = keySetOf(one, two, key);
    expect(keys).toMatchObject({ size: 1, refused: [{ kid: 'same' }, { kid: 'same' }] });
    for (const twin of [one, two]) {
      expect(await decide(tokenBy(twin), { keys })).toBe('invalid_token/unknown_key');
      expect(await decide(tokenWithoutKid(twin), { keys })).toBe('invalid_token/signature');
    }
    expect(await decide(token(), { keys })).toBe('accepted');
  });

  it('treats two names of one algorithm as one', () => {
    const one = createSigningKey('EdDSA', 'same');
    const two = renameKey(createSigningKey('EdDSA', 'same'), { alg: 'Ed25519' });
    expect(keySetOf(one, two).size).toBe(0);
    expect(keySetOf(one, renameKey(one, { alg: 'Ed25519' })).size).toBe(1);
  });

  it('keeps two keys of one kid with different algorithms', async () => {
    const [ed, es] = [createSigningKey('EdDSA', 'same'), createSigningKey('ES256', 'same')];
    const keys = keySetOf(ed, es);
    expect(keys.size).toBe(2);
    for (const each of [ed, es]) expect(await decide(tokenBy(each), { keys })).toBe('accepted');
  });

  it('keeps two RSA keys of one kid with different algorithms', async () => {
    const [rs, ps] = [createSigningKey('RS256', 'same'), createSigningKey('PS256', 'same')];
    const keys = keySetOf(rs, ps);
    expect(keys.size).toBe(2);
    for (const each of [rs, ps]) expect(await decide(tokenBy(each), { keys })).toBe('accepted');
  });

  it('keeps an RSA key without algorithm and a key of another type with its kid', async () => {
    const [rs, es] = [createSigningKey('RS256', 'same'), createSigningKey('ES256', 'same')];
    const keys = importKeySet({ keys: [withoutAlgorithm(rs), es.jwk] });
    expect(keys.size).toBe(2);
    for (const each of [rs, es]) expect(await decide(tokenBy(each), { keys })).toBe('accepted');
  });

  it('leaves out secrets if it also contains public keys', async () => {
    const secret = createSigningKey('HS256', 'secret');
    for (const keys of [keySetOf(secret, key), keySetOf(key, secret)]) {
      expect(keys).toMatchObject({ size: 1, refused: [{ kid: 'secret' }] });
      const algorithms = ['HS256', 'EdDSA'] as const;
      expect(await decide(tokenBy(secret), { keys, algorithms })).toBe('invalid_token/unknown_key');
      expect(await decide(token(), { keys, algorithms })).toBe('accepted');
    }
    const alone = { keys: keySetOf(secret), algorithms: ['HS256'] as const };
    expect(await decide(tokenBy(secret), alone)).toBe('accepted');
  });

  it('can be empty, and then has no key', async () => {
    const keys = importKeySet({ keys: [] });
    expect(keys).toMatchObject({ size: 0, refused: [] });
    expect(await decide(token(), { keys })).toBe('invalid_token/unknown_key');
    expect(await decide(token({}, { kid: undefined }), { keys })).toBe('invalid_token/unknown_key');
  });

  it('cannot be changed after import', async () => {
    const jwks = { keys: [{ ...key.jwk }] };
    const keys = importKeySet(jwks);
    Object.assign(jwks.keys[0]!, createSigningKey('EdDSA', 'evil').jwk);
    jwks.keys.length = 0;
    expect(Object.isFrozen(keys) && Object.isFrozen(keys.refused)).toBe(true);
    expect(await decide(token(), { keys })).toBe('accepted');
  });
});

describe('a key that is listed twice', () => {
  const TYPES = ['RS256', 'ES256', 'EdDSA'].map((alg) => createSigningKey(alg, 'same'));
  const [rsa, , ed25519] = TYPES as [SigningKey, SigningKey, SigningKey];

  it.each(TYPES.map((signer) => [signer.alg, signer] as const))(
    'is one key: byte by byte, with x5c, without alg, with use: %s',
    async (_, signer) => {
      const { jwk } = signer;
      const x5c = { ...jwk, x5c: ['MIIB'], x5t: 'AAAA' };
      for (const again of [{ ...jwk }, x5c, withoutAlgorithm(signer), { ...jwk, use: 'sig' }]) {
        for (const jwks of [
          [jwk, again],
          [again, jwk],
          [jwk, again, jwk],
        ]) {
          const keys = importKeySet({ keys: jwks });
          expect(keys).toMatchObject({ size: 1, refused: [] });
          expect(await decide(tokenBy(signer), { keys })).toBe('accepted');
        }
      }
    },
  );

  it('verifies the algorithm of the entry that names one', async () => {
    const ps256 = renameKey(rsa, { alg: 'PS256' });
    for (const jwks of [
      [ps256.jwk, withoutAlgorithm(rsa)],
      [withoutAlgorithm(rsa), ps256.jwk],
    ]) {
      const keys = importKeySet({ keys: jwks });
      expect(keys.size).toBe(1);
      expect(await decide(tokenBy(ps256), { keys })).toBe('accepted');
      expect(await decide(tokenBy(rsa), { keys })).toBe('invalid_token/algorithm');
    }
  });

  it('is one key where its numbers have leading zeros', () => {
    const [n = '', e = ''] = [rsa.jwk.n, rsa.jwk.e].map((number) =>
      Buffer.concat([Buffer.alloc(3), Buffer.from(number ?? '', 'base64url')]).toString(
        'base64url',
      ),
    );
    expect(importKeySet({ keys: [rsa.jwk, { ...rsa.jwk, n, e }] }).size).toBe(1);
  });

  it('stays two keys under two kids and under two algorithms', () => {
    expect(keySetOf(rsa, renameKey(rsa, { kid: 'other' })).size).toBe(2);
    expect(keySetOf(rsa, renameKey(rsa, { alg: 'PS256' })).size).toBe(2);
  });

  it('is refused with every other key of its kid and algorithm', async () => {
    const other = createSigningKey('EdDSA', 'same');
    const keys = keySetOf(ed25519, other, ed25519);
    expect(keys).toMatchObject({ size: 0, refused: [{ kid: 'same' }, { kid: 'same' }] });
    expect(await decide(tokenBy(ed25519), { keys })).toBe('invalid_token/unknown_key');
  });

  it('is tried once for a token without kid', async () => {
    const [repeated, last] = [withoutKid(ed25519), withoutKid(createSigningKey('EdDSA'))];
    const keys = importKeySet({
      keys: [...Array.from({ length: 4 }, () => repeated.jwk), last.jwk],
    });
    expect(keys.size).toBe(2);
    expect(await decide(tokenWithoutKid(last), { keys })).toBe('accepted');
  });

  it('does not count towards the limit of 64', () => {
    const many = createKeys(64);
    const twice = many.flatMap(({ jwk }) => [jwk, jwk]);
    expect(importKeySet({ keys: twice }).size).toBe(64);
  });
});

describe('one unusable key', () => {
  it.each([
    [null],
    [undefined],
    [5],
    ['key'],
    [true],
    [[]],
    [{}],
    [[key.jwk]],
    [{ kty: 'EC', crv: 'P-256', x: '!', y: '!' }],
    [{ kty: 'RSA' }],
    [{ kty: 'RSA', n: 5, e: {} }],
    [{ kty: {}, crv: [] }],
    [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(100_000) }],
    [{ kid: {}, kty: 'OKP' }],
    [JSON.parse('{"__proto__":{"kty":"OKP","crv":"Ed25519"}}') as object],
    [Object.create(key.jwk) as object],
  ])('does not affect the others: %j', async (broken) => {
    const keys = importKeySet({ keys: [broken, key.jwk, broken] });
    expect(keys.size).toBe(1);
    expect(keys.refused).toHaveLength(2);
    for (const { why } of keys.refused) expect(why).toMatch(/\w/);
    expect(await decide(token(), { keys })).toBe('accepted');
  });

  it.each([
    [undefined],
    [null],
    [{}],
    [[]],
    [{ keys: {} }],
    [{ keys: 'all' }],
    [{ keys: new Map([[0, key.jwk]]) }],
    [{ keys: new Set([key.jwk]) }],
  ])('is required: %j throws a TypeError', (jwks) => {
    expect(() => importKeySet(jwks as never)).toThrow(TypeError);
    expect(() => importKeySet(jwks as never)).toThrow(/importKeySet/);
  });
});

describe('a token without kid', () => {
  it('is tried with at most four keys of its algorithm', async () => {
    const five = createKeys(5);
    const keys = keySetOf(...five);
    for (const signer of five.slice(0, 4)) {
      expect(await decide(tokenWithoutKid(signer), { keys })).toBe('accepted');
    }
    expect(await decide(tokenWithoutKid(five[4]!), { keys })).toBe('invalid_token/signature');
    expect(await decide(tokenBy(five[4]!), { keys })).toBe('accepted');
  });

  it('is tried with at most eight secrets', async () => {
    const nine = createKeys(9, 'HS256');
    const options = { keys: keySetOf(...nine), algorithms: ['HS256'] as const };
    for (const signer of nine.slice(0, 8)) {
      expect(await decide(tokenWithoutKid(signer), options)).toBe('accepted');
    }
    expect(await decide(tokenWithoutKid(nine[8]!), options)).toBe('invalid_token/signature');
  });

  it('is not tried with the keys of other algorithms', async () => {
    const keys = keySetOf(...createKeys(6, 'ES256'), key);
    expect(await decide(token({}, { kid: undefined }), { keys })).toBe('accepted');
  });
});
