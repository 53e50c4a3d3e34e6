import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://shop-abc123.zitadel.cloud';
const PROJECT = '69234237810729019';
const ORGANIZATION = '69234237810729234';
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/oauth/v2/authorize`,
  token_endpoint: `${ISSUER}/oauth/v2/token`,
  introspection_endpoint: `${ISSUER}/oauth/v2/introspect`,
  jwks_uri: `${ISSUER}/oauth/v2/keys`,
  id_token_signing_alg_values_supported: ['RS256'],
};
const PROVIDER = {
  documents: { [`${ISSUER}/.well-known/openid-configuration`]: METADATA },
  keysUrl: METADATA.jwks_uri,
};
const ENV = { ZITADEL_DOMAIN: 'shop-abc123.zitadel.cloud', ZITADEL_PROJECT_ID: PROJECT };

const roles = (name: string, organization = ORGANIZATION, domain = 'shop.zitadel.cloud') => ({
  [`urn:zitadel:iam:org:project:${PROJECT}:roles`]: { [name]: { [organization]: domain } },
});

/** What an ID token has otherwise. */
const ID_TOKEN = { jti: undefined, azp: '69234237810729999@shop', amr: ['pwd'], sid: 'V1_2692342' };

describe('the recipe for Zitadel', () => {
  const { load, sign, signOtherwise } = useRecipe('zitadel', PROVIDER, ENV);
  const accessToken = (changes: object = {}): Promise<string> =>
    sign(
      { typ: 'JWT' },
      {
        iss: ISSUER,
        sub: '77776025198584418',
        // Every application of the project, and the project.
        aud: ['69234237810729999@shop', PROJECT],
        nbf: 1_311_280_970,
        jti: '69234237813329048',
        client_id: '69234237810729999@shop',
        ...roles('orders-reader'),
        ...changes,
      },
    );

  it('accepts an access token for the project', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: '77776025198584418',
      clientId: '69234237810729999@shop',
      issuer: ISSUER,
      scopes: [],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      METADATA.jwks_uri,
    ]);
  });

  it('decides by roles and by the organization that granted them', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
    expect(await ask(await accessToken(roles('orders-manager')), REFUND)).toBe('allowed');
    const elsewhere = roles('orders-manager', '69234237810720000', 'evil.zitadel.cloud');
    expect(await ask(await accessToken(elsewhere), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another project', { aud: ['69234237810721111'] }, 'audience'],
    ['of another instance', { iss: 'https://other-def456.zitadel.cloud' }, 'issuer'],
    ['that is an ID token', { ...ID_TOKEN, at_hash: 'JyMVmkVDihFu5cignwASQQ' }, 'use'],
    ['that is an ID token without an access token', ID_TOKEN, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects opaque tokens, which are the default', async () => {
    const { ask } = await load();
    expect(await ask('VjVxyCZmRmWYqd3_F5db9Pb9mHR5fqzhn')).toBe(
      'malformed_credentials/not_a_compact_jws',
    );
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});

describe('the recipe for opaque tokens of Zitadel', () => {
  let answer: object = { active: false };
  const { load } = useRecipe(
    'zitadel-introspection',
    {
      ...PROVIDER,
      introspection: { url: METADATA.introspection_endpoint, answer: () => answer },
    },
    { ...ENV, ZITADEL_API_CLIENT_ID: '69234237810725555@shop' },
  );
  const active = (changes: object = {}): object => ({
    active: true,
    iss: ISSUER,
    sub: '77776025198584418',
    aud: [PROJECT],
    scope: 'openid profile',
    client_id: '69234237810729999@shop',
    token_type: 'Bearer',
    exp: Math.floor(Date.now() / 1000) + 300,
    jti: '69234237813329048',
    ...roles('orders-reader'),
    ...changes,
  });
  const edit = (text: string): string =>
    text.replace('${file:/run/secrets/zitadel-api-client}', 'a-secret');

  it('accepts a token that Zitadel reports as active, and decides by its roles', async () => {
    answer = active();
    const { ask, principalOf, requests } = await load({ edit });
    expect(await principalOf('VjVxyCZmRmWYqd3')).toMatchObject({ subject: '77776025198584418' });
    expect(await ask('VjVxyCZmRmWYqd3', LIST)).toBe('allowed');
    expect(await ask('VjVxyCZmRmWYqd3', REFUND)).toBe('permission_denied/claim');
    expect(requests.at(-1)?.headers.get('authorization')).toMatch(/^Basic /);
  });

  it.each([
    ['that was revoked', { active: false }, 'inactive'],
    ['for another project', { aud: ['69234237810721111'] }, 'audience'],
    ['of another instance', { iss: 'https://other-def456.zitadel.cloud' }, 'issuer'],
    ['that has no type', { token_type: undefined }, 'type'],
  ])('refuses one %s', async (_, changes, reason) => {
    answer = active(changes);
    const { ask } = await load({ edit });
    expect(await ask(`VjVxyCZmRmWYqd3-${reason}`)).toBe(`invalid_token/${reason}`);
  });
});
