import { describe, expect, it } from 'vitest';
import {
  AUDIENCE,
  decide,
  ISSUER,
  NOW_SECONDS,
  payloadText,
  principalOf,
  token,
  tokenOfPayload,
  verdictOf,
} from './support/test-authenticator.ts';

describe('a principal', () => {
  it('has the identity claims of the token', async () => {
    const principal = await principalOf(token({ client_id: 'web', scope: 'read' }));
    expect({ ...principal }).toEqual({
      subject: 'alice',
      issuer: ISSUER,
      clientId: 'web',
      audience: [AUDIENCE],
      scopes: ['read'],
      expiresAtEpochSeconds: NOW_SECONDS + 300,
      verifiedAtEpochSeconds: NOW_SECONDS,
      confirmation: undefined,
      audienceChecked: true,
      tokenId: undefined,
      sessionId: undefined,
      issuedAtEpochSeconds: NOW_SECONDS - 60,
      authenticatedAtEpochSeconds: undefined,
      acr: undefined,
      authenticator: 'test',
      claims: {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: 'alice',
        iat: NOW_SECONDS - 60,
        exp: NOW_SECONDS + 300,
        client_id: 'web',
        scope: 'read',
      },
    });
  });

  it('has what describes the token and the sign-in', async () => {
    const claims = { jti: 'token-1', sid: 'session-1', auth_time: NOW_SECONDS - 90, acr: 'phr' };
    expect(await principalOf(token(claims))).toMatchObject({
      tokenId: 'token-1',
      sessionId: 'session-1',
      authenticatedAtEpochSeconds: NOW_SECONDS - 90,
      acr: 'phr',
    });
  });

  it.each([
    ['jti', 'tokenId', ['', 5, null, true, ['token-1'], {}]],
    ['sid', 'sessionId', ['', 5, null, {}]],
    ['acr', 'acr', ['', 0, null, ['phr']]],
    ['auth_time', 'authenticatedAtEpochSeconds', ['1700000000', -1, 1e15, null, {}]],
  ] as const)('does without a %s of a wrong type', async (claim, property, values) => {
    for (const value of values) {
      expect((await principalOf(token({ [claim]: value })))[property]).toBeUndefined();
    }
  });

  it('can have no subject', async () => {
    expect((await principalOf(token({ sub: undefined }))).subject).toBeUndefined();
  });

  it.each(['sub', 'client_id', 'azp'])(
    'is not created from a %s that is not a string',
    async (name) => {
      for (const value of ['', null, 5, true, ['alice'], { toString: 'alice' }]) {
        expect(await decide(token({ [name]: value }))).toBe('invalid_token/claim');
      }
    },
  );
});

describe('the subject of a token', () => {
  it('is refused with the name of the claim where sub is a number', async () => {
    expect(await verdictOf(token({ sub: 5 }))).toMatchObject({ reason: 'claim', claim: 'sub' });
  });

  it('is in the claim that subjectClaim names, where the provider has the identity elsewhere', async () => {
    const options = { subjectClaim: 'email' };
    const claims = { sub: 12_345, email: 'alice@example.com' };
    expect((await principalOf(token(claims), options)).subject).toBe('alice@example.com');
    const literal = { subjectClaim: 'https://x.example/user.id' };
    const named = token({ 'https://x.example/user.id': 'u1' });
    expect((await principalOf(named, literal)).subject).toBe('u1');
  });

  it('is never taken from sub instead', async () => {
    for (const subjectClaim of ['email', 'constructor', '__proto__']) {
      expect((await principalOf(token(), { subjectClaim })).subject).toBeUndefined();
    }
    const required = { subjectClaim: 'email', requiredClaims: ['email'] };
    expect(await verdictOf(token(), required)).toMatchObject({ reason: 'claim', claim: 'email' });
  });

  it('is refused where that claim is no text', async () => {
    for (const email of ['', null, 5, ['alice'], {}]) {
      expect(await verdictOf(token({ email }), { subjectClaim: 'email' })).toMatchObject({
        reason: 'claim',
        claim: 'email',
      });
    }
  });
});

describe('the client of a token', () => {
  it('is named by client_id or azp', async () => {
    expect((await principalOf(token({ client_id: 'web' }))).clientId).toBe('web');
    expect((await principalOf(token({ azp: 'web' }))).clientId).toBe('web');
    expect((await principalOf(token({ azp: 'web', client_id: 'web' }))).clientId).toBe('web');
    expect((await principalOf(token())).clientId).toBeUndefined();
  });

  it('is refused if the two disagree', async () => {
    for (const azp of ['Web', 'web ', 'other']) {
      expect(await decide(token({ client_id: 'web', azp }))).toBe('invalid_token/claim');
    }
  });

  it('is also read from the claims in clientIdClaims', async () => {
    const options = { clientIdClaims: ['cid', 'appid'] };
    expect((await principalOf(token({ cid: 'web' }), options)).clientId).toBe('web');
    expect((await principalOf(token({ appid: 'web' }), options)).clientId).toBe('web');
    expect((await principalOf(token({ azp: 'web' }), options)).clientId).toBe('web');
    const all = { client_id: 'web', azp: 'web', cid: 'web', appid: 'web' };
    expect((await principalOf(token(all), options)).clientId).toBe('web');
    expect((await principalOf(token(), options)).clientId).toBeUndefined();
  });

  it('is not read from other claims', async () => {
    expect((await principalOf(token({ cid: 'web' }))).clientId).toBeUndefined();
    expect((await principalOf(token({ azp: 'web', cid: 'other' }))).clientId).toBe('web');
    const options = { clientIdClaims: ['constructor', '__proto__'] };
    expect((await principalOf(token(), options)).clientId).toBeUndefined();
  });

  it('is refused if two of them disagree, or one is not a string', async () => {
    const options = { clientIdClaims: ['cid'] };
    for (const name of ['client_id', 'azp']) {
      expect(await decide(token({ [name]: 'web', cid: 'other' }), options)).toBe(
        'invalid_token/claim',
      );
    }
    expect(await decide(token({ client_id: 'web', azp: 'other' }), options)).toBe(
      'invalid_token/claim',
    );
    for (const cid of ['', null, 5, ['web'], {}]) {
      expect(await decide(token({ cid }), options)).toBe('invalid_token/claim');
    }
  });
});

// RFC 7800: the gate refuses a principal with a confirmation until its proof can be checked.
describe('the cnf of a token', () => {
  it.each([
    ['jkt', { jkt: 'thumb' }, { jkt: 'thumb' }],
    ['x5t#S256', { 'x5t#S256': 'thumb' }, { x5tS256: 'thumb' }],
    ['both', { jkt: 'a', 'x5t#S256': 'b' }, { jkt: 'a', x5tS256: 'b' }],
    ['an unknown method', { jwk: {} }, {}],
    ['no method', {}, {}],
    ['a thumbprint that is not a string', { jkt: 5 }, {}],
    ['an empty thumbprint', { jkt: '' }, {}],
    ['a certificate thumbprint that is not a string', { 'x5t#S256': 5 }, {}],
    ['an empty certificate thumbprint', { 'x5t#S256': '' }, {}],
  ])('makes the principal bound: %s', async (_, cnf, confirmation) => {
    expect((await principalOf(token({ cnf }))).confirmation).toEqual(confirmation);
  });

  it.each([[null], ['thumb'], [5], [true], [[]], [[{ jkt: 'thumb' }]]])(
    'is refused where it is %j',
    async (cnf) => {
      expect(await decide(token({ cnf }))).toBe('invalid_token/claim');
    },
  );
});

describe('requiredClaims', () => {
  const options = { requiredClaims: ['tenant', 'sub'] };

  it.each([
    ['text', '"a"'],
    ['empty text', '""'],
    ['zero', '0'],
    ['false', 'false'],
    ['a list', '[]'],
  ])('are present as %s', async (_, value) => {
    const jwt = tokenOfPayload(payloadText(`"tenant":${value}`));
    expect(await decide(jwt, options)).toBe('accepted');
  });

  it('are refused if one is missing or null', async () => {
    expect(await decide(token(), options)).toBe('invalid_token/claim');
    expect(await decide(token({ tenant: null }), options)).toBe('invalid_token/claim');
    expect(await decide(token({ tenant: 'a', sub: undefined }), options)).toBe(
      'invalid_token/claim',
    );
  });

  it('are literal names of the token’s own claims', async () => {
    const literal = { requiredClaims: ['https://x.example/tenant.id'] };
    expect(await decide(token({ 'https://x.example/tenant.id': 'a' }), literal)).toBe('accepted');
    const inherited = { requiredClaims: ['constructor'] };
    expect(await decide(token(), inherited)).toBe('invalid_token/claim');
  });

  it('can be an empty list', async () => {
    expect(await decide(token(), { requiredClaims: [] })).toBe('accepted');
  });
});
