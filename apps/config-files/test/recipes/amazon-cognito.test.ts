import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_8j6R6jKCY';
const CLIENT = '5j9701eo7qmhf91oth5eks6kii';
const { load, sign, signOtherwise } = useRecipe(
  'amazon-cognito',
  {
    documents: {
      [`${POOL}/.well-known/openid-configuration`]: {
        issuer: POOL,
        authorization_endpoint: 'https://shop.auth.eu-west-1.amazoncognito.com/oauth2/authorize',
        token_endpoint: 'https://shop.auth.eu-west-1.amazoncognito.com/oauth2/token',
        jwks_uri: `${POOL}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${POOL}/.well-known/jwks.json`,
  },
  {
    COGNITO_REGION: 'eu-west-1',
    COGNITO_USER_POOL_ID: 'eu-west-1_8j6R6jKCY',
    COGNITO_CLIENT_ID: CLIENT,
  },
);

const accessToken = (changes: object = {}): Promise<string> =>
  sign(
    {},
    {
      sub: 'd488e438-b0d1-7011-bc2c-604a199fcdd5',
      'cognito:groups': ['clerks'],
      iss: POOL,
      version: 2,
      client_id: CLIENT,
      origin_jti: '620a0166-4a4b-4047-b4d3-af7e91a55447',
      event_id: '8599e569-1847-11e8-9ea2-7bd7a125231f',
      token_use: 'access',
      scope: 'openid orders/read',
      auth_time: 1_708_631_984,
      jti: '5b25a4aa-3dfc-4bee-8b21-320854ecd28e',
      username: 'alice',
      ...changes,
    },
  );
const idToken = (changes: object = {}): Promise<string> =>
  sign(
    {},
    {
      sub: 'd488e438-b0d1-7011-bc2c-604a199fcdd5',
      'cognito:groups': ['managers'],
      'cognito:username': 'alice',
      at_hash: 'x5Zm1wVhVkgA7N2fC8hQ3g',
      iss: POOL,
      aud: CLIENT,
      token_use: 'id',
      email: 'alice@example.com',
      ...changes,
    },
  );

describe('the recipe for Amazon Cognito', () => {
  it('accepts an access token of the app client', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: 'd488e438-b0d1-7011-bc2c-604a199fcdd5',
      clientId: CLIENT,
      issuer: POOL,
      scopes: ['openid', 'orders/read'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${POOL}/.well-known/openid-configuration`,
      `${POOL}/.well-known/jwks.json`,
    ]);
  });

  it('decides by scopes and by groups', async () => {
    const { ask } = await load();
    const managers = { 'cognito:groups': ['clerks', 'managers'] };
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scope: 'openid' }), LIST)).toBe('permission_denied/scope');
    expect(await ask(await accessToken(managers), REFUND)).toBe('allowed');
    expect(await ask(await accessToken(), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['of another app client', { client_id: '1example23456789' }, 'audience'],
    ['of another app client that says "aud"', { client_id: '1example', aud: CLIENT }, 'audience'],
    [
      'of another user pool',
      { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_HnccgMQBx' },
      'issuer',
    ],
    ['that does not say what it is', { token_use: undefined }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects ID tokens', async () => {
    const { ask } = await load();
    expect(await ask(await idToken())).toBe('invalid_token/audience');
    expect(await ask(await idToken({ client_id: CLIENT }))).toBe('invalid_token/use');
    const bare = { client_id: CLIENT, at_hash: undefined };
    expect(await ask(await idToken(bare))).toBe('invalid_token/use');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});

describe('the recipe for a user pool whose issuer type is UPDATED', () => {
  const UPDATED = POOL.replace('https://', 'https://issuer-');
  const keysUrl = `${UPDATED}/.well-known/jwks.json`;
  const subject = useRecipe(
    'amazon-cognito',
    {
      documents: {
        [`${UPDATED}/.well-known/openid-configuration`]: { issuer: UPDATED, jwks_uri: keysUrl },
      },
      keysUrl,
    },
    {
      COGNITO_REGION: 'eu-west-1',
      COGNITO_USER_POOL_ID: 'eu-west-1_8j6R6jKCY',
      COGNITO_CLIENT_ID: CLIENT,
    },
  );
  const edit = (text: string): string =>
    text.replace('issuer: https://cognito-idp.', 'issuer: https://issuer-cognito-idp.');

  it('accepts its tokens, and refuses those of the original issuer', async () => {
    const { ask } = await subject.load({ edit });
    const claims = {
      sub: 'd488e438',
      client_id: CLIENT,
      token_use: 'access',
      scope: 'orders/read',
    };
    expect(await ask(await subject.sign({}, { ...claims, iss: UPDATED }))).toBe('allowed');
    expect(await ask(await subject.sign({}, { ...claims, iss: POOL }))).toBe(
      'invalid_token/issuer',
    );
  });
});
