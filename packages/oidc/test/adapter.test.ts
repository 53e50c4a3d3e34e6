import { type AuthEvent, ConfigError } from '@grpc-authn/core/authenticator';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createSpecCheck,
  decisionOf,
  GOOD_JWT_MEMBERS,
  make,
  membersWithoutDescription,
  secretMembersOf,
  verdictOf,
  WRONG_JWT_MEMBERS,
  written,
} from '../../jwt/test/support/adapter-specs.ts';
import { adapter } from '../src/adapter.ts';

const check = createSpecCheck(adapter);
const good = { issuer: 'https://id.example.com', audience: 'orders' };

describe('the spec of oidc', () => {
  it.each<object>([
    ...GOOD_JWT_MEMBERS,
    {},
    { algorithms: ['PS256'] },
    { maxAgeSeconds: 60, staleIfErrorSeconds: 0 },
    { http: { dangerouslyAllowHttpFrom: ['http://idp.internal:8080'] } },
  ])('is accepted with %j, and by the factory', async (members) => {
    expect(check({ ...good, ...members })).toBe('accepted');
    await make(adapter, { ...good, ...members });
  });

  it.each<readonly [object, string]>([
    ...WRONG_JWT_MEMBERS,
    [{ issuer: ['https://id.example.com'] }, 'issuer'],
    [{ algorithms: ['HS512'] }, 'algorithms.0'],
    [{ maxAgeSeconds: 59 }, 'maxAgeSeconds'],
    [{ http: { dangerouslyAllowHttpFrom: ['idp.internal'] } }, 'http.dangerouslyAllowHttpFrom.0'],
    [{ jwks: { url: 'https://id.example.com/jwks' } }, ': unknown keys: "jwks"'],
    [{ cache: {} }, ': unknown keys: "cache"'],
    [{ report: {} }, ': unknown keys: "report"'],
  ])('is rejected with %j, at %s', (members, at) => {
    expect(check(written({ ...good, ...members }))).toContain(at);
  });

  it('describes every member, and marks those with secrets', () => {
    expect(membersWithoutDescription(adapter)).toEqual([]);
    expect(secretMembersOf(adapter)).toEqual(['http.headers', 'http.proxy']);
  });
});

describe('use: oidc in a config file', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    return () => issuer.close();
  });
  const spec = (members: object = {}) => ({
    issuer: issuer.issuer,
    audience: 'orders',
    ...members,
  });

  it('verifies with discovered keys, has its name, and reports', async () => {
    const events: AuthEvent[] = [];
    const report = (event: AuthEvent): void => void events.push(event);
    const authenticator = await make(adapter, spec(), { name: 'staff', report });
    expect(await decisionOf(authenticator, await issuer.sign({ aud: 'orders' }))).toBe('staff');
    expect(await decisionOf(authenticator, await issuer.sign({ aud: 'stock' }))).toBe(
      'invalid_token/audience',
    );
    expect(events.map((event) => event.authenticator)).toContain('staff');
  });

  it("checks pins, and then the application's claims schema", async () => {
    const claims = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => ({ value: { mine: 1 } }),
      },
    };
    const authenticator = await make(adapter, spec({ pin: { hd: 'example.com' } }), { claims });
    const sign = (hd: string) => issuer.sign({ aud: 'orders', hd });
    expect(await verdictOf(authenticator, await sign('example.com'))).toMatchObject({
      claims: { mine: 1 },
    });
    expect(await decisionOf(authenticator, await sign('example.org'))).toBe('invalid_token/claim');
  });

  it('rejects a shared issuer without a pin', async () => {
    const shared = { ...good, issuer: 'https://token.actions.githubusercontent.com' };
    await expect(make(adapter, shared)).rejects.toThrow(ConfigError);
    await expect(make(adapter, shared)).rejects.toThrow('repository_owner_id');
    await make(adapter, { ...shared, pin: { repository_owner_id: '9919' } });
  });
});
