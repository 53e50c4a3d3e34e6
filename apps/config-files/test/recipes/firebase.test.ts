import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const PROJECT = 'https://securetoken.google.com/shop-b3f21';
const KEYS_URL =
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';
const { load, sign, signOtherwise } = useRecipe(
  'firebase',
  {
    documents: {
      [`${PROJECT}/.well-known/openid-configuration`]: {
        issuer: PROJECT,
        jwks_uri: KEYS_URL,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: KEYS_URL,
  },
  { FIREBASE_PROJECT_ID: 'shop-b3f21' },
);

const idToken = (changes: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT' },
    {
      iss: PROJECT,
      aud: 'shop-b3f21',
      auth_time: 1_623_847_832,
      user_id: 'Xk893u23H9SI893xyz',
      sub: 'Xk893u23H9SI893xyz',
      email: 'alice@example.com',
      email_verified: true,
      firebase: { identities: { email: ['alice@example.com'] }, sign_in_provider: 'password' },
      ...changes,
    },
  );

describe('the recipe for Firebase', () => {
  it('accepts an ID token of the project', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await idToken())).toMatchObject({
      subject: 'Xk893u23H9SI893xyz',
      clientId: undefined,
      issuer: PROJECT,
      audience: ['shop-b3f21'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${PROJECT}/.well-known/openid-configuration`,
      KEYS_URL,
    ]);
  });

  it('decides by the verified email address and by a custom claim', async () => {
    const { ask } = await load();
    expect(await ask(await idToken(), LIST)).toBe('allowed');
    expect(await ask(await idToken({ email_verified: false }), LIST)).toBe(
      'permission_denied/claim',
    );
    const anonymous = { email: undefined, email_verified: undefined, provider_id: 'anonymous' };
    expect(await ask(await idToken(anonymous), LIST)).toBe('permission_denied/claim');
    expect(await ask(await idToken({ role: 'manager' }), REFUND)).toBe('allowed');
    expect(await ask(await idToken({ role: 'clerk' }), REFUND)).toBe('permission_denied/claim');
    expect(await ask(await idToken(), REFUND)).toBe('permission_denied/claim');
  });

  // All projects share their keys; only issuer and audience distinguish them.
  it.each([
    ['for another project', { aud: 'other-project' }, 'audience'],
    ['of another project', { iss: 'https://securetoken.google.com/other-project' }, 'issuer'],
    [
      'that is a session cookie',
      { iss: 'https://session.firebase.google.com/shop-b3f21' },
      'issuer',
    ],
    ['of nobody', { sub: undefined }, 'claim'],
    ['of nobody at all', { sub: '' }, 'claim'],
    ['of no sign-in', { auth_time: undefined }, 'claim'],
    ['that says to be an access token', { token_use: 'access' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await idToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await idToken()))).toBe('invalid_token/algorithm');
  });

  it('rejects the unsigned tokens of the emulator', async () => {
    const { ask } = await load();
    const [, payload] = (await idToken()).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    expect(await ask(`${header}.${payload}.`)).toBe('invalid_token/algorithm');
  });
});
