import { describe, expect, it } from 'vitest';
import { ACTIVE, startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

type Options = Parameters<typeof createSubject>[1];

/** An answer with these changes to a good one; undefined takes a member out. */
async function decide(changes: object, options: Options = {}, issuer?: string): Promise<string> {
  const provider = await startProvider();
  provider.say({ ...ACTIVE, ...changes });
  const { endpoint } = provider;
  const location = issuer === undefined ? { endpoint } : { endpoint, issuer };
  return createSubject(location, options).decide('token');
}

describe('the token_type of an answer', () => {
  it.each([['Bearer'], ['bearer'], ['BEARER']])('may be %s', async (token_type) => {
    expect(await decide({ token_type })).toBe('accepted');
  });

  it.each([
    ['missing, as oidc-provider leaves it out for a refresh token', undefined],
    ['refresh_token', 'refresh_token'],
    ['mac', 'mac'],
    ['DPoP', 'DPoP'],
    ['empty', ''],
    ['null', null],
    ['a list', ['Bearer']],
    ['a number', 1],
    ['with a space', 'Bearer '],
  ])('is refused %s', async (_, token_type) => {
    expect(await decide({ token_type })).toBe('invalid_token/type');
  });

  it('may be missing where null is among the types, and then only missing', async () => {
    const tokenTypes = ['bearer', null];
    expect(await decide({ token_type: undefined }, { tokenTypes })).toBe('accepted');
    expect(await decide({ token_type: 'Bearer' }, { tokenTypes })).toBe('accepted');
    expect(await decide({ token_type: null }, { tokenTypes })).toBe('invalid_token/type');
    expect(await decide({ token_type: 'refresh_token' }, { tokenTypes })).toBe(
      'invalid_token/type',
    );
    expect(await decide({ token_type: 'Bearer' }, { tokenTypes: [null] })).toBe(
      'invalid_token/type',
    );
  });

  it('may be what is configured, in any case', async () => {
    expect(await decide({ token_type: 'access_token' }, { tokenTypes: ['Access_Token'] })).toBe(
      'accepted',
    );
    expect(await decide({}, { tokenTypes: ['access_token'] })).toBe('invalid_token/type');
  });
});

describe('an answer about a refresh token or an ID token', () => {
  it.each([
    ['of Ory Hydra', { token_use: 'refresh_token' }],
    ['of Keycloak', { typ: 'Refresh' }],
    ['of Keycloak, with offline access', { typ: 'Offline' }],
    ['about an ID token of Keycloak', { typ: 'ID' }],
    ['with the marks of frameworks', { type: 'refresh' }],
    ['with TokenType', { TokenType: 'refresh-token' }],
    ['with a typ that is unknown', { typ: 'x' }],
    ['with the hash of an ID token', { at_hash: 'AAAA' }],
  ])('is refused, although its token_type is Bearer: %s', async (_, changes) => {
    expect(await decide(changes)).toBe('invalid_token/use');
    expect(await decide({ ...changes, token_type: undefined }, { tokenTypes: [null] })).toBe(
      'invalid_token/use',
    );
  });

  it('is refused even if its token_type is configured', async () => {
    const answer = { token_type: 'refresh_token' };
    expect(await decide(answer, { tokenTypes: ['refresh_token'] })).toBe('invalid_token/use');
  });

  it.each([
    ['of Ory Hydra', { token_use: 'access_token' }],
    ['of Keycloak', { typ: 'Bearer' }],
  ])('is distinguished from one about an access token: %s', async (_, changes) => {
    expect(await decide(changes)).toBe('accepted');
  });
});

describe('the claim at fault', () => {
  it.each([
    ['type', 'token_type', { token_type: 'mac' }],
    ['issuer', 'iss', { iss: 5 }],
    ['audience', 'aud', { aud: 'billing' }],
    ['use', 'token_use', { token_use: 'refresh_token' }],
    ['expired', 'exp', { exp: 1 }],
    ['not_yet_valid', 'nbf', { nbf: 9_000_000_000 }],
    ['not_yet_valid', 'iat', { iat: 9_000_000_000 }],
    ['claim', 'exp', { exp: 'soon' }],
    ['inactive', undefined, { active: false }],
  ])('is named, also if the token itself has expired: %s, %s', async (reason, claim, changes) => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, ...changes });
    const encode = (part: object): string =>
      Buffer.from(JSON.stringify(part)).toString('base64url');
    const expired = `${encode({ alg: 'none' })}.${encode({ exp: 1 })}.AAAA`;
    for (const token of ['opaque', expired]) {
      const refusal = await createSubject(provider).refusal(token);
      expect(refusal).toMatchObject({ reason, claim });
    }
  });

  it('is iss for a JWT of another issuer, which is not sent', async () => {
    const provider = await startProvider();
    const encode = (part: object): string =>
      Buffer.from(JSON.stringify(part)).toString('base64url');
    const token = `${encode({ alg: 'none' })}.${encode({ iss: 'https://other.example' })}.AAAA`;
    const { endpoint } = provider;
    const subject = createSubject({ endpoint, issuer: 'https://id.example.com' });
    expect(await subject.refusal(token)).toMatchObject({ reason: 'issuer', claim: 'iss' });
    expect(provider.questions).toEqual([]);
  });
});

describe('the aud of an answer', () => {
  it.each([['orders'], [['orders']], [['billing', 'orders']]])('may be %j', async (aud) => {
    expect(await decide({ aud })).toBe('accepted');
  });

  it.each([
    ['missing', undefined],
    ['another', 'billing'],
    ['others', ['billing', 'shipping']],
    ['longer', 'orders2'],
    ['in another case', 'Orders'],
    ['an empty list', []],
    ['empty', ''],
    ['null', null],
    ['a number', 1],
    ['a list with what is no text', ['orders', 1]],
    ['a list in a list', [['orders']]],
    ['any', 'any'],
  ])('is refused %s', async (_, aud) => {
    expect(await decide({ aud })).toBe('invalid_token/audience');
  });

  it('may be any of those that are configured', async () => {
    const audience = ['orders', 'https://orders.example'] as const;
    expect(await decide({ aud: audience[1] }, { audience })).toBe('accepted');
    expect(await decide({ aud: 'other' }, { audience })).toBe('invalid_token/audience');
  });

  it.each([
    ['missing', undefined, []],
    ['another', 'billing', ['billing']],
    ['a list', ['a', 'b'], ['a', 'b']],
    ['of no shape that it has', 7, []],
  ])("where it is 'any' may be %s, and the principal has it", async (_, aud, audience) => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, aud });
    const { principal } = createSubject(provider, { audience: 'any' });
    expect((await principal('token')).audience).toEqual(audience);
  });
});

describe('the iss of an answer', () => {
  const issuer = 'https://id.example.com';

  it('may be missing: then the issuer that is configured counts', async () => {
    const provider = await startProvider();
    const { endpoint } = provider;
    expect((await createSubject({ endpoint, issuer }).principal('token')).issuer).toBe(issuer);
    expect((await createSubject({ endpoint }).principal('token')).issuer).toBeUndefined();
  });

  it.each([
    ['another', 'https://other.example.com'],
    ['with a slash more', `${issuer}/`],
    ['in a list', [issuer]],
    ['null', null],
    ['empty', ''],
    ['a number', 1],
  ])('is refused where it is %s', async (_, iss) => {
    expect(await decide({ iss }, {}, issuer)).toBe('invalid_token/issuer');
  });

  it.each([
    ['a number', 1],
    ['null', null],
    ['a list', [issuer]],
    ['empty', ''],
  ])('is refused where it is no text, though none is configured: %s', async (_, iss) => {
    expect(await decide({ iss })).toBe('invalid_token/issuer');
  });

  it('is in the principal if it is correct, and if none is configured', async () => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, iss: issuer });
    const { endpoint } = provider;
    for (const location of [{ endpoint, issuer }, { endpoint }]) {
      expect((await createSubject(location).principal('token')).issuer).toBe(issuer);
    }
  });
});
