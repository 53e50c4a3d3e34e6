import { describe, expect, it } from 'vitest';
import { createSigningKey, renameKey, signJws } from './support/signing-key.ts';
import { claims, decide, keySetOf, token } from './support/test-authenticator.ts';

const attacker = createSigningKey('EdDSA', 'evil');

/** Every way in which a header can bring a key (CVE-2018-0114). */
const OFFERS: readonly (readonly [string, object])[] = [
  ['jwk', { jwk: attacker.jwk }],
  ['jwk of the trusted kid', { jwk: renameKey(attacker, { kid: 'main' }).jwk }],
  ['jku', { jku: 'https://attacker.example/jwks' }],
  ['x5u', { x5u: 'https://attacker.example/cert' }],
  ['x5c', { x5c: ['MIIB'] }],
  ['x5t', { x5t: 'AAAA', 'x5t#S256': 'AAAA' }],
  ['jwks', { jwks: { keys: [attacker.jwk] } }],
];

describe('a key in the header of a token', () => {
  it.each(OFFERS)('never verifies the token: %s', async (_, offer) => {
    const forged = (kid: string | undefined): string =>
      signJws(attacker, { alg: 'EdDSA', kid, ...offer }, claims());
    expect(await decide(forged('main'))).toBe('invalid_token/signature');
    expect(await decide(forged('evil'))).toBe('invalid_token/unknown_key');
    expect(await decide(forged(undefined))).toBe('invalid_token/signature');
  });

  it.each(OFFERS)('is ignored in a good token: %s', async (_, offer) => {
    expect(await decide(token({}, offer))).toBe('accepted');
  });

  it('is not taken from the x5c of a JWK', async () => {
    const trusted = createSigningKey('EdDSA', 'main');
    const keys = keySetOf({ ...trusted, jwk: { ...trusted.jwk, x5c: ['MIIB'] } });
    const forged = signJws(attacker, { alg: 'EdDSA', kid: 'main' }, claims());
    expect(await decide(forged, { keys })).toBe('invalid_token/signature');
    expect(await decide(signJws(trusted, { alg: 'EdDSA', kid: 'main' }, claims()), { keys })).toBe(
      'accepted',
    );
  });
});

describe('a kid', () => {
  it.each([
    ['__proto__'],
    ['constructor'],
    ['../../../../dev/null'],
    ["x' UNION SELECT 'secret' --"],
    ['main\0'],
    ['MAIN'],
    ['main '],
    [''],
    ['k'.repeat(40_000)],
  ])('of no key is unknown: %.30s', async (kid) => {
    expect(await decide(token({}, { kid }))).toBe('invalid_token/unknown_key');
  });

  it.each([[null], [1], [['main']], [{}], [true]])(
    'that is no text is unknown: %j',
    async (kid) => {
      expect(await decide(token({}, { kid }))).toBe('invalid_token/unknown_key');
    },
  );

  it('selects no other key, even if that key signed the token', async () => {
    const [one, other] = [createSigningKey('EdDSA', 'one'), createSigningKey('EdDSA', 'other')];
    const keys = keySetOf(one, other);
    const jwt = signJws(one, { alg: 'EdDSA', kid: 'other' }, claims());
    expect(await decide(jwt, { keys })).toBe('invalid_token/signature');
  });
});
