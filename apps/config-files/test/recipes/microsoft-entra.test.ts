import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../packages/config/test/support/loaded.ts';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const TENANT = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490';
const HOST = 'https://login.microsoftonline.com';
const ISSUER = `${HOST}/${TENANT}/v2.0`;
const KEYS_URL = `${HOST}/${TENANT}/discovery/v2.0/keys`;
const API = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
const CLIENT = '75dbe77f-10a3-4e59-85fd-8c127544f17c';

const { load, sign, signOtherwise } = useRecipe(
  'microsoft-entra',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${HOST}/${TENANT}/oauth2/v2.0/authorize`,
        token_endpoint: `${HOST}/${TENANT}/oauth2/v2.0/token`,
        jwks_uri: KEYS_URL,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: KEYS_URL,
    // No "alg", and members that only Microsoft has.
    keySet: (keys) =>
      keys.map((key) => ({ ...key, alg: undefined, x5t: key['kid'], issuer: ISSUER })),
  },
  { ENTRA_TENANT_ID: TENANT, ENTRA_API_CLIENT_ID: API },
);

const signed = (payload: object, header: object = { typ: 'JWT' }): Promise<string> =>
  sign(header, {
    aud: API,
    iss: ISSUER,
    tid: TENANT,
    uti: 'fqiBqXLPj0eQa82S-IYFAA',
    ver: '2.0',
    ...payload,
  });
/** The token of a client that acts for a user. */
const accessToken = (changes: object = {}, header?: object): Promise<string> =>
  signed(
    {
      azp: CLIENT,
      azpacr: '0',
      name: 'Abe Lincoln',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      preferred_username: 'abeli@example.com',
      rh: 'I',
      scp: 'Orders.Read Orders.Refund',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      ...changes,
    },
    header,
  );
/** The token of a client that acts for itself. */
const appToken = (changes: object = {}): Promise<string> =>
  signed({
    azp: CLIENT,
    azpacr: '1',
    oid: '02223b6b-aa1d-42d4-9ec0-1b2bb9194438',
    roles: ['Orders.Read.All'],
    sub: '02223b6b-aa1d-42d4-9ec0-1b2bb9194438',
    ...changes,
  });
/** An ID token of the API's own registration: it has the same audience. */
const idToken = (changes: object = {}): Promise<string> =>
  signed({
    name: 'Abe Lincoln',
    nonce: 'b3BhcXVl',
    oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
    preferred_username: 'abeli@example.com',
    roles: ['Orders.Read.All'],
    sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
    ...changes,
  });

describe('the recipe for Microsoft Entra ID', () => {
  it('accepts an access token of a client that acts for a user', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      clientId: CLIENT,
      issuer: ISSUER,
      audience: [API],
      scopes: ['Orders.Read', 'Orders.Refund'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      KEYS_URL,
    ]);
  });

  it('accepts a token of a client that acts for itself, whose roles are not scopes', async () => {
    const { principalOf } = await load();
    expect(await principalOf(await appToken())).toMatchObject({ clientId: CLIENT, scopes: [] });
  });

  it('decides by the scopes of users and the roles of applications', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await appToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('allowed');
    expect(await ask(await appToken(), REFUND)).toBe('permission_denied/scope');
    // An application without any permission also gets a token.
    expect(await ask(await appToken({ roles: undefined }), LIST)).toMatch(/^permission_denied/);
    // A role with the name of a scope is not a scope, and a scope is not a role.
    expect(await ask(await appToken({ roles: ['Orders.Read'] }), LIST)).toMatch(/^permission_/);
    expect(await ask(await accessToken({ scp: 'Orders.Read.All' }), LIST)).toMatch(/^permission_/);
    // A mapped claim is neither.
    expect(await ask(await accessToken({ scp: 'x', scope: 'Orders.Refund' }), REFUND)).toBe(
      'permission_denied/scope',
    );
  });

  const other = '82229342-1101-4ab6-817b-70c0747630f3';
  it.each([
    ['for another API', { aud: '00000003-0000-0000-c000-000000000000' }, 'audience'],
    ['of another tenant', { iss: `${HOST}/${other}/v2.0`, tid: other }, 'issuer'],
    ['of version 1', { iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' }, 'issuer'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects ID tokens, which have the same audience', async () => {
    const { ask } = await load();
    expect(await ask(await idToken())).toBe('invalid_token/claim');
    expect(await ask(await idToken({ at_hash: 'fPlsvVszI29LU2UhDyJ9vg' }))).toBe(
      'invalid_token/use',
    );
  });

  it('rejects a JWT of another type', async () => {
    const { ask } = await load();
    expect(await ask(await accessToken({}, {}))).toBe('invalid_token/type');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });

  it.each(['common', 'organizations', 'consumers', 'COMMON'])(
    'is rejected with %s as the tenant',
    async (tenant) => {
      expect(await messageOf(load({ env: { ENTRA_TENANT_ID: tenant } }))).toContain(
        "expected your own tenant's issuer",
      );
    },
  );
});

describe('the recipe for an application with keys of its own', () => {
  const metadataUrl = `${ISSUER}/.well-known/openid-configuration?appid=${API}`;
  const keysUrl = `${KEYS_URL}?appid=${API}`;
  const subject = useRecipe(
    'microsoft-entra',
    { documents: { [metadataUrl]: { issuer: ISSUER, jwks_uri: keysUrl } }, keysUrl },
    { ENTRA_TENANT_ID: TENANT, ENTRA_API_CLIENT_ID: API },
  );

  it('asks for the metadata of the application', async () => {
    const line = `metadataUrl: ${metadataUrl}`;
    const edit = (text: string): string => text.replace('  audience:', `  ${line}\n  audience:`);
    const { ask, requests } = await subject.load({ edit });
    const claims = { iss: ISSUER, aud: API, azp: CLIENT, sub: 'alice', scp: 'Orders.Read' };
    expect(await ask(await subject.sign({ typ: 'JWT' }, claims))).toBe('allowed');
    expect(requests.map(({ url }) => url)).toEqual([metadataUrl, keysUrl]);
  });
});

describe('the recipe for users of several tenants', () => {
  const customer = '82229342-1101-4ab6-817b-70c0747630f3';
  const issuerOf = (tenant: string): string => `${HOST}/${tenant}/v2.0`;
  const keysUrl = `${HOST}/common/discovery/v2.0/keys`;
  const documents = Object.fromEntries(
    [TENANT, customer].map((tenant) => [
      `${issuerOf(tenant)}/.well-known/openid-configuration`,
      { issuer: issuerOf(tenant), jwks_uri: keysUrl },
    ]),
  );
  const subject = useRecipe(
    'microsoft-entra-any-tenant',
    { documents, keysUrl },
    {
      ENTRA_TENANT_ID: TENANT,
      ENTRA_CUSTOMER_TENANT_ID: customer,
      ENTRA_API_CLIENT_ID: API,
    },
  );
  const tokenOf = (tenant: string, changes: object = {}): Promise<string> =>
    subject.sign(
      { typ: 'JWT' },
      {
        aud: API,
        iss: issuerOf(tenant),
        tid: tenant,
        azp: CLIENT,
        scp: 'Orders.Read Orders.Refund',
        sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
        ver: '2.0',
        ...changes,
      },
    );

  it('accepts tokens of each tenant, and discovers a tenant when its first token comes', async () => {
    const { ask, principalOf, requests } = await subject.load();
    expect(requests).toEqual([]);
    expect(await principalOf(await tokenOf(customer))).toMatchObject({
      issuer: issuerOf(customer),
      clientId: CLIENT,
    });
    expect(requests[0]?.url).toBe(`${issuerOf(customer)}/.well-known/openid-configuration`);
    expect(await ask(await tokenOf(customer), LIST)).toBe('allowed');
    expect(await ask(await tokenOf(TENANT), REFUND)).toBe('allowed');
    expect(await ask(await tokenOf(customer), REFUND)).toBe('permission_denied/claim');
  });

  const otherTenant = '11111111-2222-4333-8444-555555555555';
  it.each([
    ['of another tenant', otherTenant, {}, 'issuer'],
    ['of another host', TENANT, { iss: `https://evil.example/${TENANT}/v2.0` }, 'issuer'],
    ['of version 1', TENANT, { iss: `https://sts.windows.net/${TENANT}/` }, 'issuer'],
    ['for another API', TENANT, { aud: CLIENT }, 'audience'],
    ['that is an ID token', TENANT, { azp: undefined, scp: undefined }, 'claim'],
  ])('refuses one %s', async (_, tenant, changes, reason) => {
    const { ask, requests } = await subject.load();
    expect(await ask(await tokenOf(tenant, changes))).toBe(`invalid_token/${reason}`);
    if (reason === 'issuer') expect(requests).toEqual([]);
  });
});

describe('the recipe for version 1 of its tokens', () => {
  const V1 = `https://sts.windows.net/${TENANT}/`;
  const keysUrl = `${HOST}/${TENANT}/discovery/keys`;
  const subject = useRecipe(
    'microsoft-entra-v1',
    {
      documents: {},
      keysUrl,
      keySet: (keys) => keys.map((key) => ({ ...key, alg: undefined, x5t: key['kid'] })),
    },
    { ENTRA_TENANT_ID: TENANT, ENTRA_API_AUDIENCE: 'api://orders' },
  );
  const v1Token = (changes: object = {}, header: object = { typ: 'JWT' }): Promise<string> =>
    subject.sign(
      { x5t: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY', ...header },
      {
        aud: 'api://orders',
        iss: V1,
        acr: '1',
        amr: ['pwd'],
        appid: CLIENT,
        appidacr: '0',
        oid: '02223b6b-aa1d-42d4-9ec0-1b2bb9194438',
        scp: 'Orders.Read',
        sub: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
        tid: TENANT,
        unique_name: 'abeli@example.com',
        ver: '1.0',
        ...changes,
      },
    );

  it('accepts an access token and reads its client', async () => {
    const { ask, principalOf, requests } = await subject.load();
    expect(await principalOf(await v1Token())).toMatchObject({
      subject: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
      clientId: CLIENT,
      scopes: ['Orders.Read'],
    });
    expect(requests.map(({ url }) => url)).toEqual([keysUrl]);
    expect(await ask(await v1Token(), LIST)).toBe('allowed');
    expect(await ask(await v1Token(), REFUND)).toBe('permission_denied/scope');
    expect(await ask(await v1Token({ scope: 'Orders.Refund' }), REFUND)).toBe(
      'permission_denied/scope',
    );
  });

  it('rejects a JWT of another type', async () => {
    const { ask } = await subject.load();
    expect(await ask(await v1Token({}, {}))).toBe('invalid_token/type');
  });

  it.each([
    ['for another API', { aud: 'api://billing' }, 'audience'],
    ['of another tenant', { iss: 'https://sts.windows.net/82229342-1101-4ab6/' }, 'issuer'],
    ['without the slash', { iss: V1.slice(0, -1) }, 'issuer'],
    ['of version 2', { iss: ISSUER, ver: '2.0' }, 'issuer'],
    ['that is an ID token', { appid: undefined, scp: undefined, nonce: 'n' }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await subject.load();
    expect(await ask(await v1Token(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await subject.load();
    expect(await ask(await subject.signOtherwise(await v1Token()))).toBe('invalid_token/algorithm');
  });

  it('is rejected with common as the tenant', async () => {
    expect(await messageOf(subject.load({ env: { ENTRA_TENANT_ID: 'common' } }))).toContain(
      'it represents every tenant of Microsoft Entra',
    );
  });
});
