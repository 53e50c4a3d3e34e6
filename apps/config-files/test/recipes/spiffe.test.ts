import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const BUNDLE_URL = 'https://spire.acme.example:8443/';
const { load, sign, signOtherwise } = useRecipe(
  'spiffe',
  {
    documents: {},
    keysUrl: BUNDLE_URL,
    algorithm: 'ES256',
    // A bundle also has the keys of X.509-SVIDs.
    keySet: (keys) => [
      ...keys.map((key) => ({ ...key, use: 'x509-svid', kid: undefined, x5c: ['MIIB'] })),
      ...keys.map((key) => ({ ...key, use: 'jwt-svid', alg: undefined })),
    ],
  },
  {
    SPIFFE_BUNDLE_ENDPOINT: 'spire.acme.example:8443/',
    SPIFFE_AUDIENCE: 'orders',
  },
);

const svid = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT', ...header },
    { aud: ['orders'], sub: 'spiffe://acme.example/ns/shop/sa/web', ...changes },
  );

describe('the recipe for SPIFFE', () => {
  it('accepts the JWT-SVID of a workload, which has no issuer', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await svid())).toMatchObject({
      subject: 'spiffe://acme.example/ns/shop/sa/web',
      audience: ['orders'],
    });
    expect(requests.map(({ url }) => url)).toEqual([BUNDLE_URL]);
  });

  it('decides by the SPIFFE ID', async () => {
    const { ask } = await load();
    const refunds = { sub: 'spiffe://acme.example/ns/shop/sa/refunds' };
    expect(await ask(await svid(), LIST)).toBe('allowed');
    expect(await ask(await svid(refunds), REFUND)).toBe('allowed');
    expect(await ask(await svid(), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another service', { aud: ['billing'] }, 'audience'],
    ['for no service', { aud: undefined }, 'audience'],
    ['of another trust domain', { sub: 'spiffe://evil.example/ns/shop/sa/web' }, 'issuer'],
    ['of another namespace', { sub: 'spiffe://acme.example/ns/dev/sa/web' }, 'claim'],
    ['of nobody', { sub: undefined }, 'issuer'],
    ['that never expires', { exp: undefined }, 'no_expiry'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await svid(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a header that the standard does not list, and another type', async () => {
    const { ask } = await load();
    expect(await ask(await svid({}, { jku: 'https://evil.example/keys' }))).toBe(
      'invalid_token/header',
    );
    expect(await ask(await svid({}, { typ: 'at+jwt' }))).toBe('invalid_token/type');
  });

  it('rejects a key that the bundle has for another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await svid()))).toBe('invalid_token/algorithm');
  });
});
