import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://shop.logto.app/oidc';
const API = 'https://orders.example.com';
const { load, sign, signOtherwise } = useRecipe(
  'logto',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/auth`,
        token_endpoint: `${ISSUER}/token`,
        jwks_uri: `${ISSUER}/jwks`,
        id_token_signing_alg_values_supported: ['ES384'],
      },
    },
    keysUrl: `${ISSUER}/jwks`,
    algorithm: 'ES384',
  },
  { LOGTO_ENDPOINT: 'shop.logto.app', LOGTO_API_RESOURCE: API },
);

const accessToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'at+jwt', ...header },
    {
      jti: 'aBv9njtYfwL4xfPZyEwz9m',
      sub: 'foo123456789',
      scope: 'read:orders refund:orders',
      client_id: 'e5h7yq0w1t9z3k4m6n8p2',
      iss: ISSUER,
      aud: API,
      ...changes,
    },
  );

describe('the recipe for Logto', () => {
  it('accepts an access token for the API resource', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: 'foo123456789',
      clientId: 'e5h7yq0w1t9z3k4m6n8p2',
      issuer: ISSUER,
      scopes: ['read:orders', 'refund:orders'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/jwks`,
    ]);
  });

  it('decides by permissions and by the organization', async () => {
    const { ask } = await load();
    const organization = { organization_id: 'po2v6a4jfxrm' };
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: '' }), LIST)).toBe('permission_denied/scope');
    expect(await ask(await accessToken(organization), REFUND)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
    expect(await ask(await accessToken({ organization_id: 'other' }), REFUND)).toBe(
      'permission_denied/claim',
    );
  });

  it.each([
    ['for another resource', { aud: 'https://billing.example.com' }, 'audience'],
    ['for the Management API', { aud: 'https://shop.logto.app/api' }, 'audience'],
    ['for an organization', { aud: 'urn:logto:organization:po2v6a4jfxrm' }, 'audience'],
    ['of another tenant', { iss: 'https://other.logto.app/oidc' }, 'issuer'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects ID tokens and opaque tokens', async () => {
    const { ask } = await load();
    const id = { aud: 'e5h7yq0w1t9z3k4m6n8p2', scope: undefined, at_hash: 'x5Zm1wVhVkgA7' };
    expect(await ask(await accessToken(id, { typ: undefined }))).toBe('invalid_token/type');
    expect(await ask(await accessToken({}, { typ: 'JWT' }))).toBe('invalid_token/type');
    expect(await ask('8a7Cw1kFf0vXGkq2Uu3sTzV8yXc4RkWn1dJf7gLb3u')).toBe(
      'malformed_credentials/not_a_compact_jws',
    );
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
