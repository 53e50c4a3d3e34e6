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

describe('a refresh token', () => {
  it.each([
    ['djangorestframework-simplejwt', { token_type: 'refresh', jti: 'a1', user_id: 5 }],
    ['Flask-JWT-Extended', { type: 'refresh', fresh: false, jti: 'a1', csrf: 'b' }],
    ['an ASP.NET Core service', { TokenType: 'refresh-token' }],
    ['a service in camel case', { tokenType: 'RefreshToken' }],
    ['Ory Hydra', { token_use: 'refresh_token' }],
    ['a service with its media type', { type: 'rt+jwt' }],
    ['a service with its whole media type', { token_type: 'application/rt+jwt' }],
    ['a service with a list', { token_type: ['refresh'] }],
    ['a service in upper case', { type: 'REFRESH_TOKEN' }],
    ['Keycloak', { typ: 'Refresh' }],
    ['Keycloak, with offline access', { typ: 'Offline' }],
    ['a service that marks it in typ', { typ: 'refresh_token' }],
    ['a service that marks it in typ, with its media type', { typ: 'rt+jwt' }],
  ])('is no access token and no ID token: %s', async (_, changes) => {
    for (const tokenUse of ['access', 'id'] as const) {
      const refresh = token(changes, { typ: 'JWT' });
      expect(await decide(refresh, { tokenUse })).toBe('invalid_token/use');
    }
  });
});

describe('a typ in the payload', () => {
  it.each(['Bearer', 'at+jwt', 'application/at+jwt', 'access', 'access_token', 'JWT', 'DPoP'])(
    'is that of an access token: %s',
    async (typ) => {
      for (const written of [typ, typ.toLowerCase(), typ.toUpperCase()]) {
        expect(await decide(token({ typ: written }))).toBe('accepted');
      }
    },
  );

  it.each(['ID', 'id_token', 'Refresh', 'Serialized-ID', 'PAT', 'session', 'x', '', ' Bearer'])(
    'is that of another token, or of an unknown one: %j',
    async (typ) => {
      expect(await decide(token({ typ }))).toBe('invalid_token/use');
    },
  );

  it.each(['ID', 'id_token', 'JWT'])('is that of an ID token: %s', async (typ) => {
    expect(await decide(token({ typ }, { typ: 'JWT' }), { tokenUse: 'id' })).toBe('accepted');
  });

  it.each(['Bearer', 'access', 'at+jwt', 'DPoP', 'x'])(
    'is not that of an ID token: %s',
    async (typ) => {
      const jwt = token({ typ }, { typ: 'JWT' });
      expect(await decide(jwt, { tokenUse: 'id' })).toBe('invalid_token/use');
    },
  );
});

describe('a claim that may name the kind of token, or something else', () => {
  it.each([
    ['simplejwt’s access token', { token_type: 'access' }],
    ['Flask-JWT-Extended’s access token', { type: 'access', fresh: false }],
    ['an introspection answer’s type', { token_type: 'Bearer' }],
    ['the kind of caller', { type: 'service' }],
    ['a number', { type: 1, token_type: 2 }],
    ['an object', { type: { refresh: true } }],
    ['null', { type: null, token_type: null }],
    ['a longer word', { type: 'refresher', TokenType: 'identity' }],
    ['Hydra’s access token', { token_use: 'access_token' }],
  ])('does not make an access token another one: %s', async (_, changes) => {
    expect(await decide(token(changes))).toBe('accepted');
  });

  it.each([
    ['an ID token', { token_type: 'id_token' }],
    ['an ID token, in type', { type: 'ID' }],
    ['a logout token', { type: 'logout+jwt' }],
  ])('marks what is not an access token: %s', async (_, changes) => {
    expect(await decide(token(changes))).toBe('invalid_token/use');
  });

  it('marks what is not an ID token', async () => {
    for (const changes of [{ token_type: 'access' }, { type: 'at+jwt' }, { TokenType: 'Bearer' }]) {
      const jwt = token(changes, { typ: 'JWT' });
      expect(await decide(jwt, { tokenUse: 'id' })).toBe('invalid_token/use');
    }
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
