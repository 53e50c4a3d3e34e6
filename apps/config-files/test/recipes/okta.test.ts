import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const SERVER = 'https://shop.okta.com/oauth2/aus9o8wzkhckw9TLa0h7';
const CLIENT = '0oaosna3ilNxgPTmk0h7';
const { load, sign, signOtherwise } = useRecipe(
  'okta',
  {
    documents: {
      [`${SERVER}/.well-known/openid-configuration`]: {
        issuer: SERVER,
        authorization_endpoint: `${SERVER}/v1/authorize`,
        token_endpoint: `${SERVER}/v1/token`,
        introspection_endpoint: `${SERVER}/v1/introspect`,
        jwks_uri: `${SERVER}/v1/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${SERVER}/v1/keys`,
  },
  {
    OKTA_DOMAIN: 'shop.okta.com',
    OKTA_AUTHORIZATION_SERVER_ID: 'aus9o8wzkhckw9TLa0h7',
    OKTA_AUDIENCE: 'https://orders.example.com',
  },
);

const accessToken = (changes: object = {}): Promise<string> =>
  sign(
    {},
    {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: SERVER,
      aud: 'https://orders.example.com',
      sub: 'alice@example.com',
      cid: CLIENT,
      uid: '00ujmkLgagxeRrAg20g3',
      scp: ['openid', 'orders.read', 'orders.refund'],
      auth_time: 1_467_142_021,
      groups: ['clerks'],
      ...changes,
    },
  );

describe('the recipe for Okta', () => {
  it('accepts an access token and reads its client and its scopes', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: 'alice@example.com',
      clientId: CLIENT,
      issuer: SERVER,
      scopes: ['openid', 'orders.read', 'orders.refund'],
      claims: { uid: '00ujmkLgagxeRrAg20g3' },
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${SERVER}/.well-known/openid-configuration`,
      `${SERVER}/v1/keys`,
    ]);
  });

  it('decides by scopes and by groups', async () => {
    const { ask } = await load();
    const managers = { groups: ['managers'] };
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    for (const other of [{}, { scope: 'orders.read' }]) {
      const token = await accessToken({ scp: ['openid'], ...other });
      expect(await ask(token, LIST)).toBe('permission_denied/scope');
    }
    expect(await ask(await accessToken(managers), REFUND)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
    expect(await ask(await accessToken({ ...managers, scp: ['orders.read'] }), REFUND)).toBe(
      'permission_denied/scope',
    );
  });

  it.each([
    ['for another API', { aud: 'api://default' }, 'audience'],
    ['of another authorization server', { iss: 'https://shop.okta.com/oauth2/default' }, 'issuer'],
    ['of the org itself', { iss: 'https://shop.okta.com', aud: 'https://shop.okta.com' }, 'issuer'],
    ['that names two clients', { client_id: 'another' }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects ID tokens', async () => {
    const { ask } = await load();
    const id = { cid: undefined, uid: undefined, scp: undefined, amr: ['pwd'] };
    expect(await ask(await accessToken({ ...id, aud: CLIENT }))).toBe('invalid_token/audience');
    expect(await ask(await accessToken({ ...id, at_hash: 'fPlsvVszI29LU2UhDyJ9vg' }))).toBe(
      'invalid_token/use',
    );
    expect(await ask(await accessToken(id))).toBe('invalid_token/claim');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
