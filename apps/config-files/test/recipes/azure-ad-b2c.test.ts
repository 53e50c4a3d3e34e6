import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const HOST = 'https://contoso.b2clogin.com';
const TENANT = '775527ff-9a37-4307-8b3d-cc311f58d925';
const ISSUER = `${HOST}/${TENANT}/v2.0/`;
const FLOW = `${HOST}/contoso.onmicrosoft.com/B2C_1_signupsignin1`;
const METADATA_URL = `${FLOW}/v2.0/.well-known/openid-configuration`;
const API = '90c0fe63-bcf2-44d5-8fb7-b8bbc0b29dc6';
const CLIENT = '975251ed-e4f5-4efd-abcb-5f1a8f566ab7';
const { load, sign, signOtherwise } = useRecipe(
  'azure-ad-b2c',
  {
    documents: {
      [METADATA_URL]: {
        issuer: ISSUER,
        authorization_endpoint: `${FLOW}/oauth2/v2.0/authorize`,
        token_endpoint: `${FLOW}/oauth2/v2.0/token`,
        jwks_uri: `${FLOW}/discovery/v2.0/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${FLOW}/discovery/v2.0/keys`,
    // No "alg".
    keySet: (keys) => keys.map((key) => ({ ...key, alg: undefined, nbf: 1_493_763_266 })),
  },
  {
    B2C_TENANT_NAME: 'contoso',
    B2C_TENANT_ID: TENANT,
    B2C_USER_FLOW: 'B2C_1_signupsignin1',
    B2C_API_CLIENT_ID: API,
  },
);

const accessToken = (changes: object = {}, header: object = { typ: 'JWT' }): Promise<string> =>
  sign(header, {
    aud: API,
    iss: ISSUER,
    nbf: 1_438_535_543,
    ver: '1.0',
    sub: '884408e1-2918-4cc0-b12d-3aa027d7563b',
    tfp: 'B2C_1_signupsignin1',
    auth_time: 1_438_535_543,
    scp: 'orders.read orders.refund',
    azp: CLIENT,
    ...changes,
  });

describe('the recipe for Azure AD B2C', () => {
  it("accepts an access token, with the metadata at the user flow's address", async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: '884408e1-2918-4cc0-b12d-3aa027d7563b',
      clientId: CLIENT,
      issuer: ISSUER,
      scopes: ['orders.read', 'orders.refund'],
    });
    expect(requests.map(({ url }) => url)).toEqual([METADATA_URL, `${FLOW}/discovery/v2.0/keys`]);
  });

  it('decides by scopes and by a custom attribute', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scp: 'openid' }), LIST)).toBe('permission_denied/scope');
    expect(await ask(await accessToken({ extension_Role: 'manager' }), REFUND)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another API', { aud: CLIENT }, 'audience'],
    ['of another tenant', { iss: `${HOST}/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0/` }, 'issuer'],
    ['without the slash', { iss: ISSUER.slice(0, -1) }, 'issuer'],
    ['of another user flow', { tfp: 'B2C_1_passwordreset' }, 'claim'],
    ['of no user flow', { tfp: undefined }, 'claim'],
    ['that is an ID token', { azp: undefined, scp: undefined, at_hash: 'SGCPtt01wxw' }, 'use'],
    ['that is an ID token without a hash', { azp: undefined, scp: undefined }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a JWT of another type, and a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken({}, {}))).toBe('invalid_token/type');
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
