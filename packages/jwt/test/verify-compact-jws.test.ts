import { AuthError, ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { importKeySet, verifyCompactJws } from '../src/index.ts';
import { createSigningKey, encodePart, signJws } from './support/signing-key.ts';
import { key, keySetOf } from './support/test-authenticator.ts';

const keys = keySetOf(key);
const HEADER = { alg: 'EdDSA', kid: 'main' };

async function verify(
  jws: string,
  set = keys,
  options?: { readonly algorithms?: readonly string[] },
): Promise<string> {
  const result = await verifyCompactJws(jws, set, options);
  return AuthError.is(result) ? `${result.code}/${result.reason}` : 'verified';
}

describe('verifyCompactJws', () => {
  it('returns the header and the bytes of any payload', async () => {
    for (const payload of ['', 'text', new Uint8Array([0, 255, 254]), '[]']) {
      const result = await verifyCompactJws(signJws(key, { ...HEADER, typ: 'x' }, payload), keys);
      expect(result).toMatchObject({ header: { ...HEADER, typ: 'x' } });
      const { payload: bytes } = result as { payload: Uint8Array };
      expect(Buffer.from(bytes)).toEqual(Buffer.from(payload));
    }
  });

  it.each([
    ['a JWE', 'a.b.c.d.e', 'malformed_credentials/encrypted'],
    ['two parts', 'a.b', 'malformed_credentials/not_a_compact_jws'],
    ['a megabyte', 'a'.repeat(1_048_576), 'malformed_credentials/too_large'],
    ['a header that is no JSON', signJws(key, 'x', ''), 'malformed_credentials/not_a_json_object'],
    [
      'a header in padded base64url',
      `${encodePart(HEADER)}=.AA.AA`,
      'malformed_credentials/not_base64url',
    ],
    [
      'a payload in padded base64url',
      `${encodePart(HEADER)}.AA==.AA`,
      'malformed_credentials/not_base64url',
    ],
    [
      'a signature in padded base64url',
      `${encodePart(HEADER)}.AA.AA==`,
      'malformed_credentials/not_base64url',
    ],
    ['crit', signJws(key, { ...HEADER, crit: ['exp'], exp: 1 }, ''), 'invalid_token/critical'],
    ['b64: false', signJws(key, { ...HEADER, b64: false }, ''), 'invalid_token/critical'],
    ['alg none', signJws(key, { ...HEADER, alg: 'none' }, ''), 'invalid_token/algorithm'],
    ['alg HS256', signJws(key, { ...HEADER, alg: 'HS256' }, ''), 'invalid_token/algorithm'],
    [
      'an alg that the key is not for',
      signJws(key, { ...HEADER, alg: 'ES256' }, ''),
      'invalid_token/algorithm',
    ],
    ['an unknown kid', signJws(key, { ...HEADER, kid: 'x' }, ''), 'invalid_token/unknown_key'],
    ['a kid that is no text', signJws(key, { ...HEADER, kid: 5 }, ''), 'invalid_token/unknown_key'],
    ['a typ that is no text', signJws(key, { ...HEADER, typ: 5 }, ''), 'invalid_token/type'],
    [
      'a foreign signature',
      signJws(createSigningKey('EdDSA'), HEADER, ''),
      'invalid_token/signature',
    ],
  ])('refuses %s', async (_, jws, refusal) => {
    expect(await verify(jws)).toBe(refusal);
  });

  it('refuses algorithms that are not allowed; symmetric ones by default', async () => {
    const secret = createSigningKey('HS256');
    const jws = signJws(secret, { alg: 'HS256' }, '');
    expect(await verify(jws, keySetOf(secret))).toBe('invalid_token/algorithm');
    expect(await verify(jws, keySetOf(secret), { algorithms: ['HS256'] })).toBe('verified');
    const ed = signJws(key, HEADER, '');
    expect(await verify(ed, keys, { algorithms: ['ES256'] })).toBe('invalid_token/algorithm');
  });

  it('ignores a key in the header', async () => {
    const attacker = createSigningKey('EdDSA', 'main');
    const forged = signJws(attacker, { ...HEADER, jwk: attacker.jwk }, '');
    expect(await verify(forged)).toBe('invalid_token/signature');
  });

  it('throws a ConfigError for keys that were not imported', () => {
    for (const wrong of [
      undefined,
      null,
      {},
      { keys: [key.jwk] },
      [key.jwk],
      { size: 1, refused: [] },
    ]) {
      expect(() => verifyCompactJws('a.b.c', wrong as never)).toThrow(ConfigError);
      expect(() => verifyCompactJws('a.b.c', wrong as never)).toThrow('keys: expected');
    }
  });

  it('throws a ConfigError for an unknown algorithm', () => {
    for (const algorithms of [[], ['none'], ['Ed448'], [5]]) {
      const call = (): unknown =>
        verifyCompactJws('a.b.c', importKeySet({ keys: [] }), { algorithms: algorithms as never });
      expect(call).toThrow(ConfigError);
      expect(call).toThrow('algorithms: expected');
    }
  });
});
