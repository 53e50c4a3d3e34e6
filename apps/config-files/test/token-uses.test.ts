import { describe, expect, it } from 'vitest';
import { adapter } from '@grpc-authn/hs256/adapter';
import { SignJWT } from 'jose';
import { askOf, load, messageOf } from '../../../packages/config/test/support/loaded.ts';

const SECRET = 'correct-horse-battery-staple-0123456789';
const main = {
  use: 'hs256',
  issuer: 'https://id.example.com',
  audience: 'orders',
  secrets: [{ text: SECRET, encoding: 'utf8' }],
};
const idToken = (): Promise<string> =>
  new SignJWT({ at_hash: 'x' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(main.issuer)
    .setAudience('orders')
    .setSubject('alice')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));

describe('tokenUse', () => {
  it.each([
    ['access by default', {}, 'invalid_token/use'],
    ['access', { tokenUse: 'access' }, 'invalid_token/use'],
    ['id', { tokenUse: 'id' }, 'alice'],
  ])('sets which tokens are accepted: %s', async (_, options, expected) => {
    const { auth } = await load(
      { config: { authenticator: { ...main, ...options } } },
      { adapters: [adapter] },
    );
    expect(await askOf(auth, await idToken())).toBe(expected);
  });

  it('with another value is reported under this name', async () => {
    const config = { authenticator: { ...main, tokenUse: 'refresh' } };
    const message = await messageOf(load({ config }, { adapters: [adapter] }));
    expect(message).toContain('authenticator.tokenUse: ');
    expect(message).toContain('expected one of access, id');
  });

  it('is an unknown key for an adapter without such an option', async () => {
    const config = { authenticator: { use: 'table', tokens: {}, tokenUse: 'id' } };
    expect(await messageOf(load({ config }))).toContain('authenticator.tokenUse: unknown key');
  });
});
