import type { JsonObject } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { ACTIVE, startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

type Options = Parameters<typeof createSubject>[1];

/** An answer with these changes to a good one; undefined takes a member out. */
async function decide(changes: object): Promise<string> {
  const provider = await startProvider();
  provider.say({ ...ACTIVE, ...changes });
  return createSubject(provider).decide('token');
}

describe('the identity in an answer', () => {
  async function principalOf(changes: JsonObject, options: Options = {}) {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, ...changes });
    return createSubject(provider, options).principal('token');
  }

  it('contains the token ID, session ID, sign-in time and acr', async () => {
    const described = {
      jti: 'token-1',
      sid: 'session-1',
      iat: 1_600_000_001,
      auth_time: 1_600_000_000,
      acr: 'phr',
    };
    expect(await principalOf(described)).toMatchObject({
      tokenId: 'token-1',
      sessionId: 'session-1',
      issuedAtEpochSeconds: 1_600_000_001,
      authenticatedAtEpochSeconds: 1_600_000_000,
      acr: 'phr',
    });
    expect(await principalOf({ jti: 5, sid: null, auth_time: 'today', acr: 0 })).toMatchObject({
      tokenId: undefined,
      sessionId: undefined,
      authenticatedAtEpochSeconds: undefined,
      acr: undefined,
    });
  });

  it('says whether the audience was checked', async () => {
    expect((await principalOf({})).audienceChecked).toBe(true);
    expect((await principalOf({}, { audience: 'any' })).audienceChecked).toBe(false);
  });

  it('may be of a client alone', async () => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, sub: undefined });
    const principal = await createSubject(provider).principal('token');
    expect(principal).toMatchObject({ subject: undefined, clientId: 'web' });
  });

  it('has the client by its other name, but never two', async () => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, client_id: undefined, azp: 'app' });
    expect((await createSubject(provider).principal('token')).clientId).toBe('app');
    expect(await decide({ azp: 'app' })).toBe('invalid_token/claim');
  });

  it.each([
    [{ sub: 1 }],
    [{ sub: '' }],
    [{ sub: null }],
    [{ client_id: ['web'] }],
    [{ azp: {} }],
    [{ scope: ['orders:read', 1] }],
    [{ scope: 1 }],
    [{ scope: null }],
    [{ cnf: 'x' }],
    [{ cnf: null }],
    [{ cnf: [] }],
  ])('is refused in a shape that it does not have, and the claim is named: %j', async (changes) => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, ...changes });
    const [claim] = Object.keys(changes);
    expect(await createSubject(provider).refusal('token')).toMatchObject({
      code: 'invalid_token',
      reason: 'claim',
      claim,
    });
  });

  it.each([
    ['orders:read', ['orders:read']],
    ['a  b c ', ['a', 'b', 'c']],
    ['a\u00a0b', ['a\u00a0b']],
    ['a\tb', ['a\tb']],
    ['', []],
    [
      ['orders:read', 'a b'],
      ['orders:read', 'a b'],
    ],
  ])('has scopes, parted by spaces alone, or listed as by UAA: %j', async (scope, scopes) => {
    expect((await principalOf({ scope })).scopes).toEqual(scopes);
  });

  it('has the subject of the configured member alone, whatever sub is', async () => {
    const subjectClaim = 'username';
    for (const sub of ['alice', 5, undefined] as const) {
      const answer = { sub, username: 'bob' } as JsonObject;
      expect((await principalOf(answer, { subjectClaim })).subject).toBe('bob');
      expect((await principalOf({ sub } as JsonObject, { subjectClaim })).subject).toBeUndefined();
    }
    const provider = await startProvider();
    provider.say({ ...ACTIVE, username: 5 });
    const refusal = await createSubject(provider, { subjectClaim }).refusal('token');
    expect(refusal).toMatchObject({ reason: 'claim', claim: 'username' });
  });

  it('has the scopes of the first claim that is there, and no other’s', async () => {
    const scopeClaims = ['permissions', 'scope'];
    const permissions = ['a', 'b'];
    expect((await principalOf({ permissions }, { scopeClaims })).scopes).toEqual(permissions);
    expect((await principalOf({}, { scopeClaims })).scopes).toEqual(['orders:read']);
    expect((await principalOf({ scp: ['x'] })).scopes).toEqual(['orders:read']);
  });

  it('is bound where the token is', async () => {
    const cnf = { jkt: 'thumbprint', 'x5t#S256': 'hash' };
    expect((await principalOf({ cnf })).confirmation).toEqual({
      jkt: 'thumbprint',
      x5tS256: 'hash',
    });
    expect((await principalOf({ cnf: { kid: 'other' } })).confirmation).toEqual({});
    expect((await principalOf({})).confirmation).toBeUndefined();
  });

  it('carries all that was answered, and cannot be changed', async () => {
    const principal = await principalOf({ tenant: { id: 7 } });
    expect(principal.claims).toEqual({ ...ACTIVE, tenant: { id: 7 } });
    expect(principal.authenticator).toBe('introspection');
    expect(Object.isFrozen(principal) && Object.isFrozen(principal.claims)).toBe(true);
  });
});
