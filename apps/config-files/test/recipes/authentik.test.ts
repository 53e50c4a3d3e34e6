import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const HOST = 'https://authentik.example.com';
const ISSUER = `${HOST}/application/o/orders/`;
const CLIENT = 'kDJ1nKXyZVg5RsVZ2fW8hQ3gUu0aMmYyqTn7P1Xb';
/** What authentik answers about tokens; by default, active with the token's own claims. */
let refuted: object = {};

const { load, sign, signOtherwise } = useRecipe(
  'authentik',
  {
    documents: {
      [`${ISSUER}.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${HOST}/application/o/authorize/`,
        token_endpoint: `${HOST}/application/o/token/`,
        introspection_endpoint: `${HOST}/application/o/introspect/`,
        jwks_uri: `${ISSUER}jwks/`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${ISSUER}jwks/`,
    introspection: {
      url: `${HOST}/application/o/introspect/`,
      answer: (token) => ({
        ...(JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as object),
        azp: undefined,
        uid: undefined,
        active: true,
        scope: 'openid profile',
        client_id: CLIENT,
        ...refuted,
      }),
    },
  },
  {
    AUTHENTIK_HOST: 'authentik.example.com',
    AUTHENTIK_APPLICATION: 'orders',
    AUTHENTIK_CLIENT_ID: CLIENT,
  },
);
const edit = (text: string): string =>
  text.replace('${file:/run/secrets/authentik-client}', 'a-secret');

const accessToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT', ...header },
    {
      iss: ISSUER,
      sub: '5d5ab3b6e3b5a4bdb1a0fb8c0b5a2a3f6e9a0f6c9f4c8c1c7c0c9f1a6a1d4d5e',
      aud: CLIENT,
      auth_time: 1_708_631_984,
      acr: 'goauthentik.io/providers/oauth2/default',
      amr: ['pwd'],
      email: 'alice@example.com',
      groups: ['orders-readers', 'orders-managers'],
      azp: CLIENT,
      uid: 'cGk2tXy0mQ9sVb4nHr7dLw1zEa8fJo3u',
      ...changes,
    },
  );

describe('the recipe for authentik', () => {
  it('accepts an access token of the application', async () => {
    const { principalOf, requests } = await load({ edit });
    expect(await principalOf(await accessToken())).toMatchObject({
      clientId: CLIENT,
      issuer: ISSUER,
      audience: [CLIENT],
      scopes: [],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}.well-known/openid-configuration`,
      `${ISSUER}jwks/`,
    ]);
  });

  it('decides by groups', async () => {
    const { ask } = await load({ edit });
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ groups: ['sales'] }), LIST)).toBe(
      'permission_denied/claim',
    );
    expect(await ask(await accessToken({ groups: ['orders-readers'] }), REFUND)).toBe(
      'permission_denied/claim',
    );
  });

  it.each([
    ['allows what is confirmed', {}, 'allowed'],
    ['refuses a revoked token', { active: false }, 'permission_denied/unconfirmed'],
    ['refuses a token of another user', { sub: 'b0b' }, 'permission_denied/unconfirmed'],
    ['refuses a token of another client', { aud: 'other' }, 'permission_denied/unconfirmed'],
  ])('asks authentik about refunds, and %s', async (_, answer, expected) => {
    refuted = answer;
    const { ask, requests } = await load({ edit });
    expect(await ask(await accessToken(), REFUND)).toBe(expected);
    expect(requests.at(-1)?.url).toBe(`${HOST}/application/o/introspect/`);
  });

  it.each([
    ['of another application', { aud: 'another-client', azp: 'another-client' }, 'audience'],
    ['of another issuer', { iss: `${HOST}/application/o/billing/` }, 'issuer'],
    ['without the slash', { iss: ISSUER.slice(0, -1) }, 'issuer'],
    ['that is an ID token', { azp: undefined, uid: undefined, at_hash: 'x5Zm1wVhVkgA7' }, 'use'],
    ['that is an ID token without a hash', { azp: undefined, uid: undefined }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load({ edit });
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects refresh tokens, which are not JWTs', async () => {
    const { ask } = await load({ edit });
    expect(await ask('M0bqPq6H2sTzV8yXc4RkWn1dJf7gLb3u')).toBe(
      'malformed_credentials/not_a_compact_jws',
    );
  });

  it('rejects a token that is signed with the client secret', async () => {
    const { ask } = await load({ edit });
    expect(await ask(await accessToken({}, { alg: 'HS256' }))).toBe('invalid_token/algorithm');
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
