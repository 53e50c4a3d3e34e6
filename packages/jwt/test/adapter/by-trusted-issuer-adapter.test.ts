import { describe, expect, it } from 'vitest';
import { byTrustedIssuerAdapter as adapter } from '../../src/adapter.ts';
import {
  createSpecCheck,
  decisionOf,
  make,
  membersWithoutDescription,
} from '../support/adapter-specs.ts';
import { createTrusted } from '../support/trusted-tenants.ts';

const check = createSpecCheck(adapter);
const good = {
  issuers: ['https://{tenant}.login.id.example'],
  tenants: ['a', 'b'],
  each: { use: 'oidc', audience: 'orders' },
};
const A = 'https://a.login.id.example';
const B = 'https://b.login.id.example';

describe('the spec of byTrustedIssuer', () => {
  it.each<object>([
    {},
    { tenants: 'any' },
    { issuers: ['https://a.example'], tenants: ['a'] },
    { maxIssuers: 1 },
    { each: { use: 'own', anything: { at: 'all' } } },
  ])('is accepted with %j', (members) => {
    expect(check({ ...good, ...members })).toBe('accepted');
  });

  it.each<readonly [string, object]>([
    ['issuers: ', { issuers: [] }],
    ['issuers: ', { issuers: 'https://a.example' }],
    ['tenants: expected a list of tenants, or any', { tenants: 'all' }],
    ['tenants: expected a list of at least 1 item', { tenants: [] }],
    ['each: ', { each: 'main' }],
    ['each.use: ', { each: {} }],
    ['maxIssuers: ', { maxIssuers: 0 }],
    [': unknown keys: "opaque"', { opaque: 'main' }],
  ])('is rejected, at %s, with %j', (issue, members) => {
    expect(check({ ...good, ...members })).toContain(issue);
  });

  it('describes every member', () => {
    expect(membersWithoutDescription(adapter)).toEqual([]);
  });
});

describe('use: byTrustedIssuer', () => {
  it('makes the authenticator of a tenant for its first token, under its own name', async () => {
    const { authenticator: source, token } = createTrusted(() => true);
    const created: string[] = [];
    const tenants = await make(adapter, good, {
      name: 'tenants',
      async buildPerIssuer(spec, path, issuers) {
        expect([spec, path]).toEqual([good.each, ['each']]);
        expect(issuers.known).toEqual([A, B]);
        return {
          traits: { anyAudience: true, caches: true },
          create(issuer) {
            created.push(issuer);
            return { ...source, authenticate: source.authenticate.bind(source), issuers: [issuer] };
          },
        };
      },
    });
    expect(tenants).toMatchObject({
      name: 'tenants',
      issuers: [A, B],
      traits: { anyAudience: true, caches: true, opaqueTokens: false },
    });
    expect(created).toEqual([]);
    expect(await decisionOf(tenants, token(A))).toBe(`tenant ${A}`);
    expect(await decisionOf(tenants, token('https://c.login.id.example'))).toBe(
      'invalid_token/issuer',
    );
    expect(created).toEqual([A]);
  });

  it('refuses an issuer for which no authenticator can be made', async () => {
    const { token } = createTrusted(() => true);
    const tenants = await make(
      adapter,
      { ...good, tenants: 'any' },
      { buildPerIssuer: async () => ({ traits: {}, create: () => undefined }) },
    );
    expect(tenants.issuers).toEqual([]);
    expect(await decisionOf(tenants, token(A))).toBe('invalid_token/issuer');
  });
});
