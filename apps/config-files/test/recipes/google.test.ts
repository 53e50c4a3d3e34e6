import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../packages/config/test/support/loaded.ts';
import { LIST, type Provider, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://accounts.google.com';
const KEYS_URL = 'https://www.googleapis.com/oauth2/v3/certs';
const GOOGLE: Provider = {
  documents: {
    [`${ISSUER}/.well-known/openid-configuration`]: {
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/o/oauth2/v2/auth`,
      token_endpoint: 'https://oauth2.googleapis.com/token',
      jwks_uri: KEYS_URL,
      id_token_signing_alg_values_supported: ['RS256'],
    },
  },
  keysUrl: KEYS_URL,
};
const withoutPin = (text: string): string => text.replace(/^ +pin: .*\n/m, '');

describe('the recipe for people of a Google Workspace', () => {
  const CLIENT = '1234987819200.apps.googleusercontent.com';
  const { load, sign, signOtherwise } = useRecipe('google', GOOGLE, {
    GOOGLE_CLIENT_ID: CLIENT,
    GOOGLE_WORKSPACE_DOMAIN: 'example.com',
  });
  const idToken = (changes: object = {}): Promise<string> =>
    sign(
      { typ: 'JWT' },
      {
        iss: ISSUER,
        azp: CLIENT,
        aud: CLIENT,
        sub: '110169484474386276334',
        at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
        hd: 'example.com',
        email: 'jsmith@example.com',
        email_verified: true,
        nonce: '0394852-3190485-2490358',
        ...changes,
      },
    );

  it('accepts their ID token', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await idToken())).toMatchObject({
      subject: '110169484474386276334',
      clientId: CLIENT,
      issuer: ISSUER,
      scopes: [],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      KEYS_URL,
    ]);
  });

  it('accepts an ID token that a phone requested for the server', async () => {
    const { ask } = await load();
    const azp = '1234987819200-android.apps.googleusercontent.com';
    expect(await ask(await idToken({ azp }))).toBe('allowed');
  });

  it('decides by the subject', async () => {
    const { ask } = await load();
    expect(await ask(await idToken(), LIST)).toBe('allowed');
    expect(await ask(await idToken(), REFUND)).toBe('allowed');
    expect(await ask(await idToken({ sub: '10769150350006150715113082367' }), REFUND)).toBe(
      'permission_denied/claim',
    );
  });

  it.each([
    ['of another application', { aud: '407408718192.apps.googleusercontent.com' }, 'audience'],
    ['of another domain', { hd: 'evil.example' }, 'claim'],
    ['of a private account', { hd: undefined, email: 'jsmith@gmail.com' }, 'claim'],
    ['of a domain in other letters', { hd: 'Example.com' }, 'claim'],
    ['of another issuer', { iss: 'https://securetoken.google.com/shop' }, 'issuer'],
    ['that says to be an access token', { token_use: 'access' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await idToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it("rejects Google's access tokens, which are opaque", async () => {
    const { ask } = await load();
    expect(await ask('ya29.a0AfB_byC-example')).toBe('malformed_credentials/not_a_compact_jws');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await idToken()))).toBe('invalid_token/algorithm');
  });

  it('is rejected without its pin', async () => {
    expect(await messageOf(load({ edit: withoutPin }))).toContain('expected "pin" with sub or hd');
  });
});

describe('the recipe for service accounts of Google Cloud', () => {
  const ACCOUNT = '103547991597142817347';
  const { load, sign, signOtherwise } = useRecipe('google-service-accounts', GOOGLE, {
    GOOGLE_AUDIENCE: 'https://orders.example.com',
    GOOGLE_SERVICE_ACCOUNT_ID: ACCOUNT,
  });
  const idToken = (changes: object = {}): Promise<string> =>
    sign(
      { typ: 'JWT' },
      {
        iss: ISSUER,
        aud: 'https://orders.example.com',
        azp: ACCOUNT,
        sub: ACCOUNT,
        email: 'billing@shop.iam.gserviceaccount.com',
        email_verified: true,
        ...changes,
      },
    );

  it('accepts an ID token of the account', async () => {
    const { ask, principalOf } = await load();
    expect(await principalOf(await idToken())).toMatchObject({
      subject: ACCOUNT,
      clientId: ACCOUNT,
      audience: ['https://orders.example.com'],
    });
    expect(await ask(await idToken(), LIST)).toBe('allowed');
    expect(await ask(await idToken(), REFUND)).toBe('allowed');
  });

  it.each([
    ['for another service', { aud: 'https://billing.example.com' }, 'audience'],
    ['of another account', { azp: '1', sub: '110169484474386276334' }, 'claim'],
    ['of another account with the right email address', { sub: '1', azp: '1' }, 'claim'],
    ['that says to be an access token', { token_use: 'access' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await idToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await idToken()))).toBe('invalid_token/algorithm');
  });

  it('is rejected without its pin', async () => {
    expect(await messageOf(load({ edit: withoutPin }))).toContain('expected "pin" with sub or hd');
  });

  it('rejects a token whose signature Cloud Run removed', async () => {
    const { ask } = await load();
    const [header, payload] = (await idToken()).split('.');
    const removed = `${header}.${payload}.SIGNATURE_REMOVED_BY_GOOGLE`;
    expect(await ask(removed)).toBe('invalid_token/signature');
  });
});
