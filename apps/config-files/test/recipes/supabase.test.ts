import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://abcdefghijklmnopqrst.supabase.co/auth/v1';
const { load, sign, signOtherwise } = useRecipe(
  'supabase',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/oauth/authorize`,
        token_endpoint: `${ISSUER}/oauth/token`,
        jwks_uri: `${ISSUER}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'ES256'],
      },
    },
    keysUrl: `${ISSUER}/.well-known/jwks.json`,
    algorithm: 'ES256',
  },
  { SUPABASE_PROJECT: 'abcdefghijklmnopqrst' },
);

const accessToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT', ...header },
    {
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: 1_640_991_600 }],
      app_metadata: { provider: 'email', providers: ['email'] },
      aud: 'authenticated',
      email: 'user@example.com',
      iss: ISSUER,
      phone: '',
      role: 'authenticated',
      session_id: '123e4567-e89b-12d3-a456-426614174000',
      sub: '123e4567-e89b-12d3-a456-426614174000',
      user_metadata: { name: 'John Doe' },
      is_anonymous: false,
      ...changes,
    },
  );

describe('the recipe for Supabase', () => {
  it('accepts the access token of a session', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await accessToken())).toMatchObject({
      subject: '123e4567-e89b-12d3-a456-426614174000',
      issuer: ISSUER,
      audience: ['authenticated'],
      scopes: [],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/.well-known/jwks.json`,
    ]);
  });

  it('decides by anonymity and by a role that users cannot write', async () => {
    const { ask } = await load();
    const role = { provider: 'email', role: 'manager' };
    expect(await ask(await accessToken(), LIST)).toBe('allowed');
    expect(await ask(await accessToken({ is_anonymous: true }), LIST)).toBe(
      'permission_denied/claim',
    );
    expect(await ask(await accessToken({ app_metadata: role }), REFUND)).toBe('allowed');
    expect(await ask(await accessToken({ user_metadata: role }), REFUND)).toBe(
      'permission_denied/claim',
    );
  });

  it.each([
    ['of another project', { iss: 'https://zyxwvutsrqponmlkjihg.supabase.co/auth/v1' }, 'issuer'],
    ['for another audience', { aud: 'anon' }, 'audience'],
    [
      'that is an ID token of the OAuth server',
      { aud: '9a8b7c6d-1e2f-4a3b-8c4d-5e6f7a8b9c0d', session_id: undefined, auth_time: 1 },
      'audience',
    ],
    ['without a session', { session_id: undefined }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await accessToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects the anon and service_role keys, which are JWTs of a shared secret', async () => {
    const { ask } = await load();
    for (const role of ['anon', 'service_role']) {
      const key = { iss: 'supabase', ref: 'abcdefghijklmnopqrst', role, aud: undefined };
      expect(await ask(await accessToken(key, { alg: 'HS256' }))).toBe('invalid_token/issuer');
    }
    expect(await ask(await accessToken({}, { alg: 'HS256' }))).toBe('invalid_token/algorithm');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await accessToken()))).toBe('invalid_token/algorithm');
  });
});
