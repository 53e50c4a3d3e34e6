import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const KEYS_URL = 'https://kubernetes.default.svc/openid/v1/jwks';
const OWN_TOKEN = 'eyJhbGciOiJSUzI1NiJ9.the-servers-own.token';
const { load, sign } = useRecipe(
  'kubernetes',
  { documents: {}, keysUrl: KEYS_URL },
  { KUBERNETES_ISSUER: ISSUER, KUBERNETES_AUDIENCE: 'orders' },
  {
    'ca.crt': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    token: OWN_TOKEN,
  },
);

const serviceAccountToken = (changes: object = {}): Promise<string> =>
  sign(
    {},
    {
      aud: ['orders'],
      iss: ISSUER,
      jti: 'ea28ed49-2e11-4280-9ec5-bc3d1d84661a',
      'kubernetes.io': {
        namespace: 'shop',
        node: { name: '127.0.0.1', uid: '58456cb0-dd00-45ed-b797-5578fdceaced' },
        pod: { name: 'web-69cbfb9798-jv9gn', uid: '778a530c-b3f4-47c0-9cd5-ab018fb64f33' },
        serviceaccount: { name: 'web', uid: 'a087d5a0-e1dd-43ec-93ac-f13d89cd13af' },
        warnafter: 1_700_081_020,
      },
      nbf: 1_700_077_413,
      sub: 'system:serviceaccount:shop:web',
      ...changes,
    },
  );

describe('the recipe for Kubernetes', () => {
  it('accepts the token of a service account', async () => {
    const { principalOf } = await load();
    expect(await principalOf(await serviceAccountToken())).toMatchObject({
      subject: 'system:serviceaccount:shop:web',
      clientId: undefined,
      issuer: ISSUER,
      audience: ['orders'],
    });
  });

  it('fetches keys from the API server only, with the token next to the file', async () => {
    const { ask, requests } = await load();
    await ask(await serviceAccountToken());
    const asked = requests.map(({ url, headers }) => [url, headers.get('authorization')]);
    expect(asked).toEqual([[KEYS_URL, `Bearer ${OWN_TOKEN}`]]);
  });

  it('fetches with the new token after a reload', async () => {
    const { auth, folder, requests } = await load();
    await writeFile(`${folder}/token`, 'the.next.one\n');
    await auth.reload();
    expect(requests.at(-1)?.headers.get('authorization')).toBe('Bearer the.next.one');
  });

  it('decides by namespace and by service account', async () => {
    const { ask } = await load();
    const elsewhere = {
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'web' } },
      sub: 'system:serviceaccount:default:web',
    };
    expect(await ask(await serviceAccountToken(), LIST)).toBe('allowed');
    expect(await ask(await serviceAccountToken(elsewhere), LIST)).toBe('permission_denied/claim');
    const refunds = { sub: 'system:serviceaccount:shop:refunds' };
    expect(await ask(await serviceAccountToken(refunds), REFUND)).toBe('allowed');
    expect(await ask(await serviceAccountToken(), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for the API server', { aud: [ISSUER] }, 'audience'],
    ['for another service', { aud: ['billing'] }, 'audience'],
    [
      'of another cluster',
      { iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE' },
      'issuer',
    ],
    [
      'of the old kind, stored in a Secret, that never expires',
      { iss: 'kubernetes/serviceaccount', aud: undefined, exp: undefined },
      'issuer',
    ],
    ['that never expires', { exp: undefined }, 'no_expiry'],
    ['that is an ID token', { at_hash: 'fPlsvVszI29LU2UhDyJ9vg' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await serviceAccountToken(changes))).toBe(`invalid_token/${reason}`);
  });
});
