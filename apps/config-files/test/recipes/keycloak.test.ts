import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../packages/config/test/support/loaded.ts';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const REALM = 'https://id.example.com/realms/shop';
const ENV = {
  KEYCLOAK_URL: 'https://id.example.com',
  KEYCLOAK_REALM: 'shop',
  KEYCLOAK_AUDIENCE: 'orders',
};
const { load, sign, signOtherwise } = useRecipe(
  'keycloak',
  {
    documents: {
      [`${REALM}/.well-known/openid-configuration`]: {
        issuer: REALM,
        authorization_endpoint: `${REALM}/protocol/openid-connect/auth`,
        token_endpoint: `${REALM}/protocol/openid-connect/token`,
        introspection_endpoint: `${REALM}/protocol/openid-connect/token/introspect`,
        jwks_uri: `${REALM}/protocol/openid-connect/certs`,
        id_token_signing_alg_values_supported: ['PS384', 'RS384', 'EdDSA', 'ES384', 'HS256'],
      },
    },
    keysUrl: `${REALM}/protocol/openid-connect/certs`,
    // A realm also publishes its encryption key.
    keySet: (keys) => [
      ...keys.map((key) => ({ ...key, kid: 'for-encryption', use: 'enc', alg: 'RSA-OAEP' })),
      ...keys,
    ],
  },
  ENV,
);

const accessToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT', ...header },
    {
      jti: 'onrtac:1b8f7a44-9a5e-4c0e-8a40-3f6f7a4d9f2e',
      iss: REALM,
      aud: ['orders', 'account'],
      sub: '6cd55704-eb42-4697-b55e-59046efc7b46',
      typ: 'Bearer',
      azp: 'shop-web',
      sid: 'a7a51738-3e8b-4b88-9ff1-a17ed56aa87a',
      acr: '1',
      realm_access: { roles: ['offline_access', 'uma_authorization', 'default-roles-shop'] },
      resource_access: { account: { roles: ['view-profile'] } },
      scope: 'openid email orders.read profile',
      preferred_username: 'alice',
      ...changes,
    },
  );

describe('the recipe for Keycloak', () => {
  it('accepts an access token of the realm', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: '6cd55704-eb42-4697-b55e-59046efc7b46',
      clientId: 'shop-web',
      issuer: REALM,
      audience: ['orders', 'account'],
      scopes: ['openid', 'email', 'orders.read', 'profile'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${REALM}/.well-known/openid-configuration`,
      `${REALM}/protocol/openid-connect/certs`,
    ]);
  });

  it('decides by scopes and by the roles of the realm', async () => {
    const { ask } = await load();
    const manager = { realm_access: { roles: ['orders-manager'] } };
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: 'openid' }), LIST)).toBe('permission_denied/scope');
    expect(await ask(await accessToken(manager), REFUND)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
    // A client role of that name is a different role.
    const ofClient = { resource_access: { orders: { roles: ['orders-manager'] } } };
    expect(await ask(await accessToken(ofClient), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another service', { aud: ['billing', 'account'] }, 'audience'],
    ['for no service', { aud: undefined }, 'audience'],
    ['of another realm', { iss: 'https://id.example.com/realms/other' }, 'issuer'],
    ['with a slash too many', { iss: `${REALM}/` }, 'issuer'],
    ['that is an ID token', { typ: 'ID', at_hash: 'JyMVmkVDihFu5cignwASQQ' }, 'use'],
    ['that is an ID token only by its own "typ"', { typ: 'ID' }, 'use'],
    ['that is a refresh token', { typ: 'Refresh' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('accepts only at+jwt if the file requires it', async () => {
    const { ask } = await load({ edit: (text) => text.replace('typ: [JWT]', 'typ: [at+jwt]') });
    expect(await ask(await accessToken({}, { typ: 'at+jwt' }))).toBe('allowed');
    expect(await ask(await accessToken())).toBe('invalid_token/type');
  });

  it('is rejected with the audience that all clients share', async () => {
    expect(await messageOf(load({ env: { KEYCLOAK_AUDIENCE: 'account' } }))).toContain(
      'expected "pin" with azp, received ',
    );
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});

describe('the recipe for Keycloak in containers', () => {
  const inside = 'http://keycloak:8080/realms/shop';
  const metadataUrl = `${inside}/.well-known/openid-configuration`;
  const keysUrl = `${inside}/protocol/openid-connect/certs`;
  const subject = useRecipe(
    'keycloak-containers',
    {
      documents: {
        // Without --hostname-backchannel-dynamic, all addresses are public, which the container cannot reach.
        [metadataUrl]: { issuer: REALM, jwks_uri: `${REALM}/protocol/openid-connect/certs` },
      },
      keysUrl,
    },
    ENV,
  );
  const token = (changes: object = {}): Promise<string> =>
    subject.sign(
      { typ: 'JWT' },
      { iss: REALM, aud: 'orders', sub: 'alice', typ: 'Bearer', scope: 'orders.read', ...changes },
    );

  it('asks the internal address only, and accepts tokens of the public one', async () => {
    const { ask, requests } = await subject.load();
    expect(await ask(await token())).toBe('allowed');
    expect(requests.map(({ url }) => url)).toEqual([metadataUrl, keysUrl]);
  });

  it.each([
    ['of the internal address', { iss: inside }, 'issuer'],
    ['of another realm', { iss: 'https://id.example.com/realms/other' }, 'issuer'],
    ['for another service', { aud: 'billing' }, 'audience'],
    ['that is a refresh token', { typ: 'Refresh' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await subject.load();
    expect(await ask(await token(changes))).toBe(`invalid_token/${reason}`);
  });

  it('is rejected without leave to use http', async () => {
    const edit = (text: string): string => text.replace(/^ +http: .*\n/m, '');
    expect(await messageOf(subject.load({ edit }))).toContain('http.dangerouslyAllowHttpFrom');
  });
});
