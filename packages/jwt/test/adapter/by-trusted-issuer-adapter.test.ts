import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { byTrustedIssuerAdapter as adapter } from '../../src/adapter.ts';
import {
  createSpecCheck,
  decisionOf,
  make,
  membersWithoutDescription,
  verdictOf,
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

  it('makes no authenticator for a call that waits for its turn', async () => {
    const { authenticator: source, token } = createTrusted(() => true);
    const created: string[] = [];
    const tenants = await make(
      adapter,
      { ...good, tenants: 'any' },
      {
        buildPerIssuer: async () => ({
          traits: {},
          create(issuer) {
            created.push(issuer);
            return { name: 'main', authenticate: source.authenticate.bind(source) };
          },
        }),
      },
    );
    const controller = new AbortController();
    const calls = Array.from({ length: 50 }, (_, index) =>
      tenants.authenticate(
        { scheme: 'bearer', token: token(`https://t${index}.login.id.example`) },
        { method: '/a.B/C', signal: controller.signal },
      ),
    );
    expect(created).toHaveLength(5);
    controller.abort();
    const last = await calls.at(-1);
    expect(last).toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });

  it('passes on the events of a tenant, creates it in the async context of no caller, and closes it', async () => {
    const caller = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { authenticator: source, token } = createTrusted(() => true);
    let emit: (event: AuthenticatorEvent) => void = () => undefined;
    const tenants = await make(adapter, good, {
      buildPerIssuer: async () => ({
        traits: {},
        create() {
          seen.push(caller.getStore());
          return {
            name: 'main',
            authenticate: source.authenticate.bind(source),
            subscribe(listener) {
              emit = listener;
              return () => undefined;
            },
            close: async () => void seen.push('closed'),
          };
        },
      }),
    });
    tenants.subscribe?.(({ type }) => seen.push(type));
    await caller.run('first', () => decisionOf(tenants, token(A)));
    emit({ type: 'keys_changed' });
    await tenants.close?.();
    expect(seen).toEqual([undefined, 'keys_changed', 'closed']);
    expect(await decisionOf(tenants, token(A))).toBe('unavailable/provider');
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
    expect(await verdictOf(tenants, token(A, { exp: 1 }))).toMatchObject({ tokenExpired: true });
  });
});
