import { describe, expect, it } from 'vitest';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  claims,
  createTestAuthenticator,
  decide,
  ISSUER,
  keySetOf,
  payloadText,
  principalOf,
  token,
  tokenOfPayload,
} from './support/test-authenticator.ts';

describe('the iss of a token', () => {
  it.each([
    ['with a slash at its end', `${ISSUER}/`],
    ['in upper case', ISSUER.toUpperCase()],
    ['with a space at its end', `${ISSUER} `],
    ['with a longer host', `${ISSUER}.attacker.example`],
    ['cut off', ISSUER.slice(0, -1)],
    ['by http', ISSUER.replace('https', 'http')],
    ['with a port', `${ISSUER}:443`],
    ['with a fragment', `${ISSUER}#`],
    ['empty', ''],
    ['missing', undefined],
    ['null', null],
    ['in a list', [ISSUER]],
    ['in an object', { iss: ISSUER }],
    ['a number', 0],
    ['__proto__', '__proto__'],
    ['toString', 'toString'],
  ])('is refused %s', async (_, iss) => {
    expect(await decide(token({ iss }))).toBe('invalid_token/issuer');
  });

  it('is the last one if it occurs twice', async () => {
    const evil = 'https://attacker.example';
    const last = tokenOfPayload(payloadText(`"iss":"${evil}"`));
    expect(await decide(last)).toBe('invalid_token/issuer');
    const first = tokenOfPayload(`{"iss":"${evil}",${JSON.stringify(claims()).slice(1)}`);
    expect((await principalOf(first)).issuer).toBe(ISSUER);
  });

  it('can be any configured name, and the principal has the name in the token', async () => {
    const names = [ISSUER, 'https://old.example.com'] as const;
    for (const iss of names) {
      expect((await principalOf(token({ iss }), { issuer: names })).issuer).toBe(iss);
    }
    const joined = token({ iss: names.join(',') });
    expect(await decide(joined, { issuer: names })).toBe('invalid_token/issuer');
  });

  it('of one tenant is not accepted with the key of another', async () => {
    const [a, b] = [createSigningKey('EdDSA', 'main'), createSigningKey('EdDSA', 'main')];
    const jwt = signJws(a, { alg: 'EdDSA', kid: 'main' }, claims({ iss: 'https://b.example' }));
    expect(await decide(jwt, { issuer: 'https://b.example', keys: keySetOf(b) })).toBe(
      'invalid_token/signature',
    );
  });

  it('is listed in the authenticator’s issuers', () => {
    const { issuers, schemes, name } = createTestAuthenticator();
    expect({ issuers, schemes, name }).toEqual({
      issuers: [ISSUER],
      schemes: ['bearer'],
      name: 'test',
    });
    expect(Object.isFrozen(issuers) && Object.isFrozen(schemes)).toBe(true);
  });
});
