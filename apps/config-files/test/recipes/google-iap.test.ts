import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://cloud.google.com/iap';
const KEYS_URL = 'https://www.gstatic.com/iap/verify/public_key-jwk';
const HEADER = 'x-goog-iap-jwt-assertion';
const { load, sign, signOtherwise } = useRecipe(
  'google-iap',
  { documents: {}, keysUrl: KEYS_URL, algorithm: 'ES256' },
  { GOOGLE_PROJECT_NUMBER: '1234567890', GOOGLE_BACKEND_SERVICE_ID: '1234567890123456789' },
);

const assertion = (changes: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT' },
    {
      aud: '/projects/1234567890/global/backendServices/1234567890123456789',
      email: 'user@example.com',
      hd: 'example.com',
      iss: ISSUER,
      sub: 'accounts.google.com:110169484474386276334',
      ...changes,
    },
  );

describe('the recipe for Google IAP', () => {
  it('accepts the assertion of the proxy', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await assertion())).toMatchObject({
      subject: 'accounts.google.com:110169484474386276334',
      issuer: ISSUER,
    });
    expect(requests.map(({ url }) => url)).toEqual([KEYS_URL]);
  });

  it("reads the assertion from the proxy's header only", async () => {
    const { askWith } = await load();
    expect(await askWith(HEADER, await assertion(), LIST)).toBe('allowed');
    expect(await askWith(HEADER, await assertion(), REFUND)).toBe('allowed');
    const bearer = `Bearer ${await assertion()}`;
    expect(await askWith('authorization', bearer)).toMatch(/^missing_credentials/);
  });

  it('decides by the domain and by the subject', async () => {
    const { ask } = await load();
    expect(await ask(await assertion({ hd: undefined }), LIST)).toBe('permission_denied/claim');
    expect(await ask(await assertion({ hd: 'evil.example' }), LIST)).toBe(
      'permission_denied/claim',
    );
    expect(await ask(await assertion({ sub: 'accounts.google.com:1' }), REFUND)).toBe(
      'permission_denied/claim',
    );
  });

  it.each([
    [
      'for another backend service',
      { aud: '/projects/1234567890/global/backendServices/99' },
      'audience',
    ],
    [
      'of another project',
      { aud: '/projects/9876543210/global/backendServices/1234567890123456789' },
      'audience',
    ],
    ['that is an ID token of Google', { iss: 'https://accounts.google.com' }, 'issuer'],
    ['that says to be a refresh token', { token_use: 'refresh' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await assertion(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await assertion()))).toBe('invalid_token/algorithm');
  });
});
