import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const TENANT = 'https://shop.eu.auth0.com/';
const API = 'https://orders.example.com';
const { load, sign, signOtherwise } = useRecipe(
  'auth0',
  {
    documents: {
      [`${TENANT}.well-known/openid-configuration`]: {
        issuer: TENANT,
        authorization_endpoint: `${TENANT}authorize`,
        token_endpoint: `${TENANT}oauth/token`,
        userinfo_endpoint: `${TENANT}userinfo`,
        jwks_uri: `${TENANT}.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
      },
    },
    keysUrl: `${TENANT}.well-known/jwks.json`,
  },
  { AUTH0_DOMAIN: 'shop.eu.auth0.com', AUTH0_AUDIENCE: API },
);

const accessToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT', ...header },
    {
      iss: TENANT,
      sub: 'auth0|6553da60a54af58e29493993',
      aud: [API, `${TENANT}userinfo`],
      azp: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
      scope: 'openid profile read:orders refund:orders',
      permissions: ['read:orders'],
      ...changes,
    },
  );
/** The API's JSON Web Token profile RFC 9068. */
const standardToken = (): Promise<string> =>
  accessToken(
    {
      azp: undefined,
      client_id: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
      jti: 'aBv9njtYfwL4xfPZyEwz9m',
    },
    { typ: 'at+jwt' },
  );

describe('the recipe for Auth0', () => {
  it('accepts an access token for the API', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: 'auth0|6553da60a54af58e29493993',
      clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
      issuer: TENANT,
      scopes: ['openid', 'profile', 'read:orders', 'refund:orders'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${TENANT}.well-known/openid-configuration`,
      `${TENANT}.well-known/jwks.json`,
    ]);
  });

  it('accepts a token of an application that acts for itself', async () => {
    const { principalOf } = await load();
    const sub = 'awZfdIir8YFdGZWkvCejDoUb7SjTDicx@clients';
    expect(await principalOf(await accessToken({ sub, aud: API }))).toMatchObject({ subject: sub });
  });

  it('decides by scopes and by permissions', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: 'openid' }), LIST)).toBe('permission_denied/scope');
    const permissions = ['refund:orders'];
    expect(await ask(await accessToken({ permissions }), REFUND)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
    const { ask: again } = await load();
    expect(await again(await accessToken({ permissions, scope: 'openid' }), REFUND)).toBe(
      'permission_denied/scope',
    );
  });

  it.each([
    ['for another API', { aud: ['https://billing.example.com', `${TENANT}userinfo`] }, 'audience'],
    ['of another tenant', { iss: 'https://other.eu.auth0.com/' }, 'issuer'],
    ['without the slash', { iss: TENANT.slice(0, -1) }, 'issuer'],
    [
      'that is an ID token',
      { aud: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja', azp: undefined, scope: undefined, nonce: 'n' },
      'audience',
    ],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('accepts only at+jwt if the file requires it', async () => {
    const { ask, principalOf } = await load({
      edit: (text) => text.replace('typ: [JWT]', 'typ: [at+jwt]'),
    });
    expect(await principalOf(await standardToken())).toMatchObject({
      clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
    });
    expect(await ask(await accessToken())).toBe('invalid_token/type');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
