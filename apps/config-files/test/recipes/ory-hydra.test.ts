import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://auth.example.com';
const CLIENT = '70d417fc-2aea-4830-b247-f140a9c4bae1';
const { load, sign, signOtherwise } = useRecipe(
  'ory-hydra',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/oauth2/auth`,
        token_endpoint: `${ISSUER}/oauth2/token`,
        jwks_uri: `${ISSUER}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${ISSUER}/.well-known/jwks.json`,
  },
  { HYDRA_ISSUER: ISSUER, HYDRA_AUDIENCE: 'https://orders.example.com' },
);

const accessToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT', ...header },
    {
      aud: ['https://orders.example.com'],
      client_id: CLIENT,
      ext: { role: 'manager' },
      iss: ISSUER,
      jti: '27c7cb43-0c1f-4b7e-b0cf-7d3f1f1f8f0a',
      nbf: 1_730_207_103,
      scp: ['openid', 'orders.read'],
      sub: '70d417fc-2aea-4901-4830-f140a9c412f7',
      ...changes,
    },
  );

describe('the recipe for Ory Hydra', () => {
  it('accepts an access token for the API', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: '70d417fc-2aea-4901-4830-f140a9c412f7',
      clientId: CLIENT,
      issuer: ISSUER,
      scopes: ['openid', 'orders.read'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/.well-known/jwks.json`,
    ]);
  });

  it('decides by scopes and by a claim of the consent app', async () => {
    const { ask } = await load();
    const refund = { scp: ['orders.refund'] };
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ scp: ['openid'] }), LIST)).toBe('permission_denied/scope');
    // strategies.jwt.scope_claim: string
    const asText = { scp: undefined, scope: 'openid orders.read' };
    expect(await ask(await accessToken(asText), LIST)).toBe('allowed');
    const asDocumented = { scp: undefined, scope: ['openid', 'orders.read'] };
    expect(await ask(await accessToken(asDocumented), LIST)).toBe('allowed');
    expect(await ask(await accessToken(refund), REFUND)).toBe('allowed');
    expect(await ask(await accessToken({ ...refund, ext: {} }), REFUND)).toBe(
      'permission_denied/claim',
    );
  });

  it.each([
    ['for another API', { aud: ['https://billing.example.com'] }, 'audience'],
    ['for which no audience was requested', { aud: [] }, 'audience'],
    ['of another issuer', { iss: 'https://auth.other.example' }, 'issuer'],
    ['with a slash too many', { iss: `${ISSUER}/` }, 'issuer'],
    ['that is an ID token', { client_id: undefined, at_hash: 'x', aud: [CLIENT] }, 'audience'],
    ['that is an ID token of this audience', { client_id: undefined, scp: undefined }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects opaque access tokens, which are the default, and refresh tokens', async () => {
    const { ask } = await load();
    for (const kind of ['at', 'rt']) {
      const token = `ory_${kind}_JGhESDjKfHMQ8Wcy0cC3.hIQxGmX37ydn8WmKAnlD3U`;
      expect(await ask(token)).toBe('malformed_credentials/not_a_compact_jws');
    }
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
