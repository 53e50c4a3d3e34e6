import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://clerk.example.com';
const KEYS_URL = `${ISSUER}/.well-known/jwks.json`;
const CLERK = { documents: {}, keysUrl: KEYS_URL };
const HEADER = { oiat: 1_713_158_400, typ: 'JWT' };
const DEFAULT_CLAIMS = {
  azp: 'https://app.example.com',
  iss: ISSUER,
  jti: '10db7f531a90cb2faea4',
  nbf: 1_713_158_400,
  sub: 'user_1deJLArSTiWiF1YdsEWysnhJLLY',
};

describe('the recipe for Clerk', () => {
  const { load, sign, signOtherwise } = useRecipe('clerk', CLERK, {
    CLERK_FRONTEND_API: 'clerk.example.com',
    CLERK_AUDIENCE: 'https://orders.example.com',
  });
  const token = (changes: object = {}, header: object = {}): Promise<string> =>
    sign(
      { ...HEADER, ...header },
      { ...DEFAULT_CLAIMS, aud: 'https://orders.example.com', role: 'manager', ...changes },
    );

  it('accepts a token of the template', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await token())).toMatchObject({
      subject: 'user_1deJLArSTiWiF1YdsEWysnhJLLY',
      clientId: 'https://app.example.com',
      issuer: ISSUER,
      audience: ['https://orders.example.com'],
    });
    expect(requests.map(({ url }) => url)).toEqual([KEYS_URL]);
  });

  it('decides by a claim of the template', async () => {
    const { ask } = await load();
    expect(await ask(await token({ role: null }), LIST)).toBe('allowed');
    expect(await ask(await token(), REFUND)).toBe('allowed');
    expect(await ask(await token({ role: null }), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['of another template', { aud: 'https://billing.example.com' }, 'audience'],
    ['that is a session token', { aud: undefined, sid: 'sess_123', v: 2 }, 'audience'],
    ['of another instance', { iss: 'https://clean-mayfly-62.clerk.accounts.dev' }, 'issuer'],
    ['that says to be a refresh token', { token_use: 'refresh' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await token(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a JWT of another type, and a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await token({}, { typ: 'at+jwt' }))).toBe('invalid_token/type');
    expect(await ask(await signOtherwise(await token()))).toBe('invalid_token/algorithm');
  });
});

describe('the recipe for session tokens of Clerk', () => {
  const { load, sign } = useRecipe('clerk-sessions', CLERK, {
    CLERK_FRONTEND_API: 'clerk.example.com',
    CLERK_ORIGIN: 'https://app.example.com',
  });
  const sessionToken = (changes: object = {}): Promise<string> =>
    sign(HEADER, {
      ...DEFAULT_CLAIMS,
      fva: [7, -1],
      sid: 'sess_123',
      v: 2,
      o: { id: 'org_2abcDEF', slg: 'shop', rol: 'admin', per: 'read,manage', fpm: '3,2' },
      ...changes,
    });

  it('accepts the session token of a page, and decides by organization and role', async () => {
    const { ask, principalOf } = await load();
    expect(await principalOf(await sessionToken())).toMatchObject({
      subject: 'user_1deJLArSTiWiF1YdsEWysnhJLLY',
      audience: ['https://app.example.com'],
      sessionId: 'sess_123',
    });
    expect(await ask(await sessionToken(), LIST)).toBe('allowed');
    expect(await ask(await sessionToken(), REFUND)).toBe('allowed');
    const member = { o: { id: 'org_2abcDEF', slg: 'shop', rol: 'member' } };
    expect(await ask(await sessionToken(member), REFUND)).toBe('permission_denied/claim');
    const other = { o: { id: 'org_2other', slg: 'shop', rol: 'admin' } };
    expect(await ask(await sessionToken(other), LIST)).toBe('permission_denied/claim');
    const pending = { o: undefined, sts: 'pending' };
    expect(await ask(await sessionToken(pending), LIST)).toBe('permission_denied/claim');
  });

  it.each([
    ['of another page', { azp: 'https://evil.example' }, 'audience'],
    ['of no page', { azp: undefined }, 'audience'],
    ['of another instance', { iss: 'https://clean-mayfly-62.clerk.accounts.dev' }, 'issuer'],
    ['of a template', { sid: undefined, v: undefined }, 'claim'],
    [
      'of a machine',
      { sub: 'mch_2xhFj', sid: undefined, azp: undefined, aud: ['mch_9'] },
      'audience',
    ],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await sessionToken(changes))).toBe(`invalid_token/${reason}`);
  });
});
