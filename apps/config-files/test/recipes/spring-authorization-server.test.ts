import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://auth.example.com';
// Without `.oidc(…)`, only the path of RFC 8414 exists.
const METADATA_URL = `${ISSUER}/.well-known/oauth-authorization-server`;
const { load, sign, signOtherwise } = useRecipe(
  'spring-authorization-server',
  {
    documents: {
      [METADATA_URL]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/oauth2/authorize`,
        token_endpoint: `${ISSUER}/oauth2/token`,
        jwks_uri: `${ISSUER}/oauth2/jwks`,
        introspection_endpoint: `${ISSUER}/oauth2/introspect`,
      },
    },
    keysUrl: `${ISSUER}/oauth2/jwks`,
    keySet: (keys) => keys.map((key) => ({ ...key, alg: undefined, use: undefined })),
  },
  { SPRING_ISSUER: ISSUER, SPRING_AUDIENCE: 'messaging-client' },
);

const accessToken = (changes: object = {}): Promise<string> =>
  sign(
    {},
    {
      iss: ISSUER,
      sub: 'user1',
      aud: 'messaging-client',
      nbf: 1_708_631_984,
      jti: '0a4b2c1d-8f5f-4f3f-9a1c-7a9f1d7c1f0e',
      scope: ['openid', 'orders.read'],
      ...changes,
    },
  );

describe('the recipe for Spring Authorization Server', () => {
  it('accepts an access token, whose scopes are a list', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: 'user1',
      clientId: undefined,
      issuer: ISSUER,
      scopes: ['openid', 'orders.read'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      METADATA_URL,
      `${ISSUER}/oauth2/jwks`,
    ]);
  });

  it('decides by scopes and by a claim of the customizer', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: 'orders.read' }), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: ['openid'] }), LIST)).toBe(
      'permission_denied/scope',
    );
    expect(await ask(await accessToken({ roles: ['ORDERS_MANAGER'] }), REFUND)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['of another client', { aud: 'another-client' }, 'audience'],
    ['of another issuer', { iss: 'https://auth.other.example' }, 'issuer'],
    ['of another tenant of the server', { iss: `${ISSUER}/issuer2` }, 'issuer'],
    [
      'that is an ID token, which has the same audience',
      { scope: undefined, nbf: undefined, azp: 'messaging-client', nonce: 'n', sid: 's' },
      'claim',
    ],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects refresh tokens, which are opaque', async () => {
    const { ask } = await load();
    expect(await ask('Vn1gUu3sTzV8yXc4RkWn1dJf7gLb3u-8a7Cw1kFf0vXGkq2')).toBe(
      'malformed_credentials/not_a_compact_jws',
    );
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
