import { describe, expect, it } from 'vitest';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  AUDIENCE,
  claims,
  decide,
  keySetOf,
  NOW_SECONDS,
  token,
} from './support/test-authenticator.ts';

const LOGOUT = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('a token that is not an access token', () => {
  it.each([
    ['an ID token with at_hash', { at_hash: 'AAAA' }],
    ['an ID token with c_hash', { c_hash: 'AAAA' }],
    ['at_hash of null', { at_hash: null }],
    ['a logout token', { events: LOGOUT }],
    ['empty events', { events: {} }],
    ['an introspection answer', { token_introspection: { active: true } }],
    ['Cognito’s ID token', { token_use: 'id' }],
    ['an unknown token_use', { token_use: 'refresh' }],
    ['a token_use in another case', { token_use: 'Access' }],
    ['a token_use in a list', { token_use: ['access'] }],
    ['a token_use of null', { token_use: null }],
    ['Keycloak’s ID token', { typ: 'ID' }],
    ['Keycloak’s refresh token', { typ: 'Refresh' }],
    ['Keycloak’s offline token', { typ: 'Offline' }],
    ['Keycloak’s logout token', { typ: 'Logout' }],
    ['a payload typ in lower case', { typ: 'id' }],
    ['a payload typ in upper case', { typ: 'REFRESH' }],
    ['a payload typ in a list', { typ: ['Bearer'] }],
    ['a payload typ of null', { typ: null }],
  ])('is refused: %s', async (_, changes) => {
    expect(await decide(token(changes))).toBe('invalid_token/use');
  });

  it('is refused even with an accepted audience', async () => {
    const idToken = token({ aud: [AUDIENCE], nonce: 'n', at_hash: 'AAAA' }, { typ: 'JWT' });
    expect(await decide(idToken)).toBe('invalid_token/use');
  });

  it.each([
    ['Cognito’s', { token_use: 'access' }],
    ['Keycloak’s', { typ: 'Bearer' }],
    ['with such names in nested claims', { act: { at_hash: 'AAAA', events: {} } }],
  ])('is distinguished from an access token: %s', async (_, changes) => {
    expect(await decide(token(changes))).toBe('accepted');
  });
});

describe("tokenUse: 'id'", () => {
  const idKey = createSigningKey('EdDSA', 'id');
  const options = { tokenUse: 'id', keys: keySetOf(idKey) } as const;
  const idToken = (changes: object, typ?: string): string =>
    signJws(idKey, { alg: 'EdDSA', kid: 'id', typ }, claims({ nonce: 'n', ...changes }));

  it.each([
    ['with at_hash and c_hash', { at_hash: 'AAAA', c_hash: 'BBBB' }],
    ['of Cognito', { token_use: 'id' }],
    ['of Keycloak', { typ: 'ID' }],
    ['with auth_time', { auth_time: NOW_SECONDS - 60 }],
  ])('accepts an ID token %s', async (_, changes) => {
    expect(await decide(idToken(changes), options)).toBe('accepted');
    expect(await decide(idToken(changes, 'JWT'), options)).toBe('accepted');
  });

  it.each([
    ['a logout token', { events: LOGOUT }],
    ['an introspection answer', { token_introspection: {} }],
    ['Cognito’s access token', { token_use: 'access' }],
    ['Keycloak’s access token', { typ: 'Bearer' }],
    ['Keycloak’s refresh token', { typ: 'Refresh' }],
    ['Keycloak’s offline token', { typ: 'Offline' }],
    ['Keycloak’s logout token', { typ: 'Logout' }],
  ])('refuses %s', async (_, changes) => {
    expect(await decide(idToken(changes), options)).toBe('invalid_token/use');
  });

  it('refuses an access token by its header', async () => {
    expect(await decide(idToken({}, 'at+jwt'), options)).toBe('invalid_token/type');
  });
});
