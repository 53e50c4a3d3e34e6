import { AuthError } from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTenant, routesTo } from './support/tenants.ts';
import {
  context,
  NOW_SECONDS,
  type TestOptions,
  token,
  verdictOf,
} from './support/test-authenticator.ts';

const CANARY = 'canary-value';

/** 'reason claim', of a token with these changes. */
async function faultOf(
  claims: object,
  options: TestOptions = {},
  header: object = {},
): Promise<string> {
  const verdict = await verdictOf(token(claims, header), options);
  return AuthError.is(verdict) ? `${verdict.reason} ${verdict.claim ?? '-'}` : 'accepted';
}

function schemaWith(...issues: readonly StandardSchemaV1.Issue[]): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } };
}

describe('the reason claim, which has ten causes, names the claim', () => {
  it.each<readonly [string, object, TestOptions, string]>([
    ['a numeric sub', { sub: 5 }, {}, 'sub'],
    ['a client_id that is a list', { client_id: ['web'] }, {}, 'client_id'],
    ['an azp that differs from client_id', { client_id: 'a', azp: 'b' }, {}, 'azp'],
    ['a configured client claim', { azp: 'a', cid: 'b' }, { clientIdClaims: ['cid'] }, 'cid'],
    ['a scope that is an object', { scope: {} }, {}, 'scope'],
    ['an scp with a number', { scp: [5] }, {}, 'scp'],
    ['a configured scope claim', { roles: true }, { scopeClaims: ['roles'] }, 'roles'],
    ['a cnf that is text', { cnf: 'x' }, {}, 'cnf'],
    ['an exp that is text', { exp: `${NOW_SECONDS}` }, {}, 'exp'],
    ['an nbf that is null', { nbf: null }, {}, 'nbf'],
    ['an iat that is text', { iat: 'now' }, {}, 'iat'],
    ['an iat that is missing', { iat: undefined }, { maxTokenAgeSeconds: 60 }, 'iat'],
    ['a required claim', { jti: 'x' }, { requiredClaims: ['jti', 'tenant'] }, 'tenant'],
    ['a required claim of null', { tenant: null }, { requiredClaims: ['tenant'] }, 'tenant'],
  ])('%s', async (_, claims, options, claim) => {
    expect(await faultOf(claims, options)).toBe(`claim ${claim}`);
  });

  it.each<readonly [string, readonly unknown[] | undefined, string]>([
    ['at the claim', ['tenant'], 'tenant'],
    ['inside the claim', ['tenant', 'name', 0], 'tenant'],
    ['at the claim, as an object', [{ key: 'tenant' }, { key: 'name' }], 'tenant'],
    ['nowhere', undefined, '-'],
    ['at the whole payload', [], '-'],
    ['at a number', [0], '-'],
    ['at a symbol', [Symbol('x')], '-'],
    ['at a name with a line break', ['a\nb'], '-'],
    ['at a name of 10,000 characters', ['x'.repeat(10_000)], '-'],
  ])('the first issue of a schema: %s', async (_, path, claim) => {
    const issue = { message: CANARY, ...(path && { path: path as PropertyKey[] }) };
    const claims = schemaWith(issue, { message: CANARY, path: ['other'] });
    expect(await faultOf({}, { claims: claims as never })).toBe(`claim ${claim}`);
  });

  it('a schema without a list of issues', async () => {
    for (const issues of [null, [], [null], [{ path: 5 }], 5, true]) {
      const claims = schemaWith();
      Object.assign(claims['~standard'], { validate: () => ({ issues }) });
      expect(await faultOf({}, { claims: claims as never })).toBe('claim -');
    }
  });
});

describe('another reason names its claim, too', () => {
  it.each<readonly [string, object, TestOptions, object, string]>([
    ['another issuer', { iss: CANARY }, {}, {}, 'issuer iss'],
    ['no issuer', { iss: undefined }, {}, {}, 'issuer iss'],
    ['another audience', { aud: CANARY }, {}, {}, 'audience aud'],
    [
      'an audience in another claim',
      { client_id: CANARY },
      { audience: { claim: 'client_id', values: ['orders'] } },
      {},
      'audience client_id',
    ],
    ['another typ in the header', {}, {}, { typ: CANARY }, 'type typ'],
    ['a typ in the header that is a number', {}, {}, { typ: 5 }, 'type typ'],
    ['a refresh token', { token_type: 'refresh' }, {}, {}, 'use token_type'],
    ['Cognito’s ID token', { token_use: 'id' }, {}, {}, 'use token_use'],
    ['Keycloak’s ID token', { typ: 'ID' }, {}, {}, 'use typ'],
    ['an ID token', { at_hash: CANARY }, {}, {}, 'use at_hash'],
    ['an expired token', { exp: NOW_SECONDS - 60 }, {}, {}, 'expired exp'],
    ['a token of tomorrow', { nbf: NOW_SECONDS + 60 }, {}, {}, 'not_yet_valid nbf'],
    ['a token issued tomorrow', { iat: NOW_SECONDS + 60 }, {}, {}, 'not_yet_valid iat'],
    ['an old token', { iat: 1 }, { maxTokenAgeSeconds: 60 }, {}, 'too_old iat'],
  ])('%s', async (_, claims, options, header, fault) => {
    expect(await faultOf(claims, options, header)).toBe(fault);
  });

  it.each<readonly [string, object, object, string]>([
    ['a token without an expiry', { exp: undefined }, {}, 'no_expiry -'],
    ['another algorithm', {}, { alg: 'none' }, 'algorithm -'],
    ['an unknown key', {}, { kid: CANARY }, 'unknown_key -'],
    ['crit', {}, { crit: ['x'] }, 'critical -'],
  ])('except where no claim is at fault: %s', async (_, claims, header, fault) => {
    expect(await faultOf(claims, {}, header)).toBe(fault);
  });

  it('of an issuer without a route', async () => {
    const [a, b] = [createTenant('a'), createTenant('b')];
    const verdict = await routesTo([a]).authenticate(
      { scheme: 'bearer', token: b.token() },
      context,
    );
    expect(verdict).toMatchObject({ reason: 'issuer', claim: 'iss' });
  });
});

describe('the claim at fault', () => {
  it('is a name that is configured or known, never a value of the token', async () => {
    const name = fc.constantFrom('iss', 'aud', 'sub', 'typ', 'type', 'scope', 'exp', 'azp', 'cnf');
    const value = fc.oneof(fc.constant(CANARY), fc.constant([CANARY]), fc.constant({ a: CANARY }));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value), async (claims) => {
        const verdict = await verdictOf(token(claims));
        if (AuthError.is(verdict)) expect(JSON.stringify(verdict)).not.toContain(CANARY);
      }),
    );
  });
});
