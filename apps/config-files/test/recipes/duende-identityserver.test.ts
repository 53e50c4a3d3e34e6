import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://identity.example.com';
const KEYS_URL = `${ISSUER}/.well-known/openid-configuration/jwks`;
const { load, sign, signOtherwise } = useRecipe(
  'duende-identityserver',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/connect/authorize`,
        token_endpoint: `${ISSUER}/connect/token`,
        introspection_endpoint: `${ISSUER}/connect/introspect`,
        jwks_uri: KEYS_URL,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: KEYS_URL,
  },
  { DUENDE_ISSUER: ISSUER, DUENDE_API_RESOURCE: 'orders' },
);

const accessToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'at+jwt', ...header },
    {
      iss: ISSUER,
      nbf: 1_708_631_984,
      aud: 'orders',
      scope: ['openid', 'orders.read', 'orders.refund'],
      amr: ['pwd'],
      client_id: 'mobile_app',
      sub: '123',
      auth_time: 1_708_631_984,
      idp: 'local',
      sid: '2F1B7C9D5E3A4F6B8C0D1E2F3A4B5C6D',
      jti: 'A1B2C3D4E5F60718293A4B5C6D7E8F90',
      ...changes,
    },
  );

describe('the recipe for Duende IdentityServer', () => {
  it('accepts an access token for the API resource, whose scopes are a list', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: '123',
      clientId: 'mobile_app',
      issuer: ISSUER,
      scopes: ['openid', 'orders.read', 'orders.refund'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      KEYS_URL,
    ]);
  });

  it('decides by scopes, as a list or as text, and by a user claim', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: 'openid orders.read' }), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: ['openid'] }), LIST)).toBe(
      'permission_denied/scope',
    );
    expect(await ask(await accessToken({ role: ['manager', 'clerk'] }), REFUND)).toBe('allowed');
    expect(await ask(await accessToken({ role: 'clerk' }), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another API', { aud: ['customer', 'invoice'] }, 'audience'],
    ['for every API', { aud: `${ISSUER}/resources` }, 'audience'],
    ['without an API resource', { aud: undefined }, 'audience'],
    ['of another issuer', { iss: 'https://demo.duendesoftware.com' }, 'issuer'],
    ['without a client', { client_id: undefined }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects ID tokens and reference tokens', async () => {
    const { ask } = await load();
    const id = { aud: 'orders', scope: undefined, client_id: undefined, nonce: 'n' };
    expect(await ask(await accessToken(id, { typ: 'JWT' }))).toBe('invalid_token/type');
    expect(await ask('9D2B6C4F0E1A3B5C7D9E8F0A1B2C3D4E5F60718293A4B5C6D7E8F9001A2B3C4D-1')).toBe(
      'malformed_credentials/not_a_compact_jws',
    );
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
