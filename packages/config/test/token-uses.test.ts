import { describe, expect, it } from 'vitest';
import { adapter } from '@grpc-authn/hs256';
import { SignJWT } from 'jose';
import { askOf, load, messageOf } from './support/loaded.ts';

const SECRET = 'a'.repeat(32);
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
    ['access unless said', {}, 'invalid_token/use'],
    ['access', { tokenUse: 'access' }, 'invalid_token/use'],
    ['id', { tokenUse: 'id' }, 'alice'],
  ])('says which tokens are wanted: %s', async (_, options, wanted) => {
    const { auth } = await load(
      { config: { authenticator: { ...main, ...options } } },
      { adapters: [adapter] },
    );
    expect(await askOf(auth, await idToken())).toBe(wanted);
  });

  it('that is none is told by this name', async () => {
    const config = { authenticator: { ...main, tokenUse: 'refresh' } };
    expect(await messageOf(load({ config }, { adapters: [adapter] }))).toContain(
      'authenticator.tokenUse: came a string of 7 characters; wanted one of "access"|"id"',
    );
  });

  it('is no key of an adapter that knows no such thing', async () => {
    const config = { authenticator: { use: 'table', tokens: {}, tokenUse: 'id' } };
    expect(await messageOf(load({ config }))).toContain(
      'authenticator.tokenUse: there is no such key',
    );
  });
});
