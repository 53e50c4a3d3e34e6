import { beforeEach, describe, expect, it, vi } from 'vitest';
import { byIssuer } from '../../src/index.ts';
import { encodePart, signJws } from '../support/signing-key.ts';
import { createTenant, decided, routesTo, type Tenant } from '../support/tenants.ts';
import { claims, NOW_SECONDS, payloadText } from '../support/test-authenticator.ts';

let a: Tenant;
let b: Tenant;
beforeEach(() => {
  [a, b] = [createTenant('a'), createTenant('b')];
});
/** Signed by the key of A over this payload, written as given. */
const signedByA = (payload: object | string) =>
  signJws(a.key, { alg: 'EdDSA', kid: 'main' }, payload);

describe('a JWT', () => {
  it('goes only to the authenticator of its issuer', async () => {
    const routes = routesTo([a, b]);
    expect(await decided(routes, a.token())).toBe('a');
    expect([a.fetches, b.fetches]).toEqual([1, 0]);
    expect(await decided(routes, b.token())).toBe('b');
    expect([a.fetches, b.fetches]).toEqual([1, 1]);
  });

  it.each([
    ['of an issuer without a route', { iss: 'https://c.example' }],
    ['with an extra slash', { iss: 'https://a.example/' }],
    ['in another case', { iss: 'https://A.example' }],
    ['of __proto__', { iss: '__proto__' }],
    ['of constructor', { iss: 'constructor' }],
    ['of toString', { iss: 'toString' }],
    ['of an issuer in a list', { iss: ['https://a.example'] }],
    ['of an issuer in a list of lists', { iss: [['https://a.example']] }],
    ['of two issuers', { iss: ['https://a.example', 'https://b.example'] }],
    ['of an issuer that is an object', { iss: { toString: 'https://a.example' } }],
    ['of an issuer that is a number', { iss: 1 }],
    ['of an issuer that is null', { iss: null }],
    ['without an issuer', { iss: undefined }],
    ['with an empty issuer', { iss: '' }],
  ])('%s is refused before any key is fetched', async (_, changes) => {
    expect(await decided(routesTo([a, b]), a.token(changes))).toBe('invalid_token/issuer');
    expect([a.fetches, b.fetches]).toEqual([0, 0]);
  });

  it('is routed by its last iss, which is also the verified one', async () => {
    const routes = routesTo([a, b]);
    const lastIsB = signedByA(payloadText(`"iss":"${b.issuer}"`));
    expect(await decided(routes, lastIsB)).toBe('invalid_token/signature');
    const lastIsA = signedByA(payloadText(`"iss":"${b.issuer}","iss":"${a.issuer}"`));
    expect(await decided(routes, lastIsA)).toBe('a');
    const lastIsAList = signedByA(payloadText(`"iss":"${a.issuer}","iss":["${a.issuer}"]`));
    expect(await decided(routes, lastIsAList)).toBe('invalid_token/issuer');
  });

  it('whose __proto__ has an issuer has none', async () => {
    const inherited = signedByA(
      `{"__proto__":{"iss":"${a.issuer}"},"aud":"orders","exp":${NOW_SECONDS + 60}}`,
    );
    expect(await decided(routesTo([a]), inherited)).toBe('invalid_token/issuer');
  });

  it('signed with the key of A is not accepted for issuer B', async () => {
    const forged = signedByA(claims({ iss: b.issuer }));
    expect(await decided(routesTo([a, b]), forged)).toBe('invalid_token/signature');
  });

  it('is refused without its signature', async () => {
    const unsigned = `${a.token().split('.').slice(0, 2).join('.')}.`;
    expect(await decided(routesTo([a]), unsigned)).toBe('invalid_token/signature');
  });

  it('can have an issuer named like a member of Object', async () => {
    const odd = createTenant('odd', '__proto__');
    const routes = JSON.parse('{"__proto__":null}') as Record<string, Tenant['authenticator']>;
    Object.defineProperty(routes, '__proto__', { value: odd.authenticator, enumerable: true });
    expect(await decided(byIssuer(routes), odd.token())).toBe('odd');
    expect(await decided(byIssuer(routes), a.token())).toBe('invalid_token/issuer');
  });
});

describe('an unknown issuer’s token', () => {
  const nowSeconds = NOW_SECONDS;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: nowSeconds * 1000 });
    return () => void vi.useRealTimers();
  });

  it.each([
    ['that has expired', nowSeconds - 5, ', expired'],
    ['that expired long ago', 0, ', expired'],
    ['that expired within the tolerance', nowSeconds - 4, ''],
    ['that is good', nowSeconds + 60, ''],
    ['without expiry', undefined, ''],
    ['whose expiry is a string', String(nowSeconds - 60), ''],
    ['whose expiry is after the year 9999', 1e300, ''],
    ['whose expiry is negative', -1, ''],
  ])('%s has tokenExpired only if it expired', async (_, exp, suffix) => {
    const token = a.token({ iss: 'https://c.example', exp });
    expect(await decided(routesTo([a]), token)).toBe(`invalid_token/issuer${suffix}`);
  });
});

describe('a token that is not a JWT', () => {
  it.each([
    ['opaque', 'mF_9.B5f-4.1JqM'],
    ['without dots', 'opaque'],
    ['empty', ''],
    ['of two parts', 'a.b'],
    ['of four parts', 'a.b.c.d'],
    ['a JWE', `${encodePart({ alg: 'dir', enc: 'A256GCM' })}..aXY.Y2lwaGVy.dGFn`],
    ['of a payload that is a list', `${encodePart({ alg: 'EdDSA' })}.${encodePart('[]')}.AA`],
    ['of a payload that is not JSON', `${encodePart({ alg: 'EdDSA' })}.${encodePart('{')}.AA`],
    ['of a header that is not JSON', `${encodePart('{')}.${encodePart({ iss: 'a' })}.AA`],
    ['of a header that is not canonical', `${encodePart({})}=.${encodePart({ iss: 'a' })}.AA`],
    ['of a payload that is not canonical', `${encodePart({})}.${encodePart('{"a":1}')}=.AA`],
    ['too long', `${'a'.repeat(70_000)}.e30.AA`],
  ])('is refused without an opaque route: %s', async (_, token) => {
    expect(await decided(routesTo([a, b]), token)).toBe('malformed_credentials/not_a_compact_jws');
    expect([a.fetches, b.fetches]).toEqual([0, 0]);
  });

  it('is never passed to a JWT authenticator, under any scheme', async () => {
    const handed = vi.spyOn(a.authenticator, 'authenticate');
    await decided(routesTo([a]), 'opaque');
    await decided(routesTo([a]), a.token(), { scheme: 'dpop' });
    expect(handed).not.toHaveBeenCalled();
  });
});
