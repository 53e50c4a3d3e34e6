import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://dex.example.com/dex';
const { load, sign, signOtherwise } = useRecipe(
  'dex',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/auth`,
        token_endpoint: `${ISSUER}/token`,
        introspection_endpoint: `${ISSUER}/token/introspect`,
        jwks_uri: `${ISSUER}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${ISSUER}/keys`,
  },
  { DEX_ISSUER: ISSUER, DEX_CLIENT_ID: 'orders' },
);

const idToken = (changes: object = {}): Promise<string> =>
  sign(
    {},
    {
      iss: ISSUER,
      sub: 'CgcyMzQyNzQ5EgZnaXRodWI',
      aud: 'orders',
      at_hash: 'bi96gOXZShvlWYtal9Eqiw',
      email: 'jane.doe@example.com',
      email_verified: true,
      groups: ['shop:orders'],
      name: 'Jane Doe',
      federated_claims: { connector_id: 'ldap', user_id: '2342749' },
      ...changes,
    },
  );

describe('the recipe for Dex', () => {
  it('accepts an ID token of the client', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await idToken())).toMatchObject({
      subject: 'CgcyMzQyNzQ5EgZnaXRodWI',
      clientId: undefined,
      issuer: ISSUER,
      audience: ['orders'],
      scopes: [],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/keys`,
    ]);
  });

  it('accepts an access token, which Dex makes as an ID token', async () => {
    const { ask } = await load();
    // Its hash is of a random value.
    expect(await ask(await idToken({ at_hash: 'Lr0V3rJtqoSMvJcVYcNXLQ' }))).toBe('allowed');
  });

  it('accepts a token that a trusted peer requested for the client', async () => {
    const { principalOf } = await load();
    const peer = { aud: ['orders', 'web-app'], azp: 'web-app' };
    expect(await principalOf(await idToken(peer))).toMatchObject({ clientId: 'web-app' });
  });

  it('decides by groups and by the connector', async () => {
    const { ask } = await load();
    const manager = { groups: ['shop:managers'] };
    expect(await ask(await idToken(), LIST)).toBe('allowed');
    expect(await ask(await idToken({ groups: undefined }), LIST)).toBe('permission_denied/claim');
    expect(await ask(await idToken(manager), REFUND)).toBe('allowed');
    const other = { ...manager, federated_claims: { connector_id: 'github', user_id: '1' } };
    expect(await ask(await idToken(other), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['of another client', { aud: 'web-app' }, 'audience'],
    ['of another Dex', { iss: 'https://dex.other.example/dex' }, 'issuer'],
    ['without the path', { iss: 'https://dex.example.com' }, 'issuer'],
    ['that says to be an access token', { token_use: 'access' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await idToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects refresh tokens, which are not JWTs', async () => {
    const { ask } = await load();
    expect(await ask('ChlxbGJ4enp2YXN4aG81ZXh2d2tmYTV6aGVmbBIZbHh6enN2YXN4aG81')).toBe(
      'malformed_credentials/not_a_compact_jws',
    );
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await idToken()))).toBe('invalid_token/algorithm');
  });
});
