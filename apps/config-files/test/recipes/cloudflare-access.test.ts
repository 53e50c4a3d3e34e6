import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://yourteam.cloudflareaccess.com';
const AUD = '32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228';
const HEADER = 'cf-access-jwt-assertion';
const CLOUDFLARE = { documents: {}, keysUrl: `${ISSUER}/cdn-cgi/access/certs` };
const ENV = { CLOUDFLARE_TEAM: 'yourteam', CLOUDFLARE_ACCESS_AUD: AUD };

describe('the recipe for Cloudflare Access', () => {
  const { load, sign, signOtherwise } = useRecipe('cloudflare-access', CLOUDFLARE, ENV);
  const token = (changes: object = {}): Promise<string> =>
    sign(
      { typ: 'JWT' },
      {
        aud: [AUD],
        email: 'user@example.com',
        nbf: 1_659_474_397,
        iss: ISSUER,
        type: 'app',
        identity_nonce: '6ei69kawdKzMIAPF',
        sub: '7335d417-61da-459d-899c-0a01c76a2f94',
        country: 'US',
        ...changes,
      },
    );

  it('accepts the token of a person who signed in', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await token())).toMatchObject({
      subject: '7335d417-61da-459d-899c-0a01c76a2f94',
      issuer: ISSUER,
      audience: [AUD],
    });
    expect(requests.map(({ url }) => url)).toEqual([CLOUDFLARE.keysUrl]);
  });

  it("reads the token from Cloudflare's header only", async () => {
    const { askWith } = await load();
    expect(await askWith(HEADER, await token(), LIST)).toBe('allowed');
    expect(await askWith(HEADER, await token(), REFUND)).toBe('allowed');
    const bearer = `Bearer ${await token()}`;
    expect(await askWith('authorization', bearer)).toMatch(/^missing_credentials/);
    const other = { sub: '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d' };
    expect(await askWith(HEADER, await token(other), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another application', { aud: ['f'.repeat(64)] }, 'audience'],
    ['of another team', { iss: 'https://otherteam.cloudflareaccess.com' }, 'issuer'],
    ['that is the global session token', { type: 'org' }, 'claim'],
    ['of a service', { sub: '', common_name: 'e367826f93b8d71185e03fe518aff3b4.access' }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await token(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await token()))).toBe('invalid_token/algorithm');
  });
});

describe('the recipe for service tokens of Cloudflare Access', () => {
  const { load, sign } = useRecipe('cloudflare-access-services', CLOUDFLARE, ENV);
  const token = (changes: object = {}): Promise<string> =>
    sign(
      { typ: 'JWT' },
      {
        type: 'app',
        aud: [AUD],
        iss: ISSUER,
        common_name: 'e367826f93b8d71185e03fe518aff3b4.access',
        sub: '',
        ...changes,
      },
    );

  it('accepts a service, and its name is the subject', async () => {
    const { askWith, principalOf } = await load();
    expect(await principalOf(await token())).toMatchObject({
      subject: 'e367826f93b8d71185e03fe518aff3b4.access',
    });
    expect(await askWith(HEADER, await token(), REFUND)).toBe('allowed');
    const other = await token({ common_name: 'f478937a04c9e82296f14gf629bgg4c5.access' });
    expect(await askWith(HEADER, other, LIST)).toBe('allowed');
    expect(await askWith(HEADER, other, REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another application', { aud: ['f'.repeat(64)] }, 'audience'],
    ['of another team', { iss: 'https://otherteam.cloudflareaccess.com' }, 'issuer'],
    ['of a person', { common_name: undefined, sub: '7335d417-61da-459d' }, 'claim'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await token(changes))).toBe(`invalid_token/${reason}`);
  });
});
