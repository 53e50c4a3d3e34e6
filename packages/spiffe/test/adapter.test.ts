import type { AuthEvent } from '@grpc-authn/core/authenticator';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import {
  createSpecCheck,
  decisionOf,
  make,
  membersWithoutDescription,
  secretMembersOf,
  verdictOf,
  written,
} from '../../jwt/test/support/adapter-specs.ts';
import { adapter } from '../src/adapter.ts';
import { bundleKey, createSigningKey, svid } from './support/trust-domain.ts';

const check = createSpecCheck(adapter);
const key = createSigningKey('ES256', 'main');
const good = {
  trustDomain: 'acme.example',
  bundle: { url: 'https://spire.example/bundle' },
  audience: 'orders',
};
const given = { ...good, bundle: { keys: [bundleKey(key)] } };

describe('the spec of spiffe', () => {
  it.each<object>([
    {},
    { audience: ['orders', 'stock'] },
    { bundle: { file: '/run/spire/bundle.json' } },
    { allow: ['spiffe://acme.example/ns/prod/*', 'spiffe://acme.example/web'] },
    { algorithms: ['ES256', 'RS256'] },
    { http: { timeoutMs: 1, headers: { 'x-api-key': 'k' } } },
  ])('is accepted with %j, and by the factory', async (members) => {
    expect(check({ ...good, ...members })).toBe('accepted');
    await make(adapter, { ...good, ...members });
  });

  it.each<readonly [object, string]>([
    [{ trustDomain: undefined }, 'trustDomain'],
    [{ bundle: undefined }, 'bundle'],
    [{ bundle: 'https://spire.example/bundle' }, 'bundle'],
    [{ bundle: { url: 'https://spire.example/bundle', file: 'a' } }, 'bundle'],
    [{ bundle: { keys: [5] } }, 'bundle'],
    [{ audience: [] }, 'audience'],
    [{ audience: { claim: 'azp', values: ['a'] } }, 'audience'],
    [{ allow: [] }, 'allow'],
    [{ allow: 'spiffe://acme.example/*' }, 'allow'],
    [{ algorithms: ['EdDSA'] }, 'algorithms.0'],
    [{ algorithms: ['HS256'] }, 'algorithms.0'],
    [{ http: { fetch: 'f' } }, 'http: unknown keys: "fetch"'],
    [{ issuer: 'https://a.example' }, ': unknown keys: "issuer"'],
    [{ pin: { sub: 'a' } }, ': unknown keys: "pin"'],
    [{ claims: {} }, ': unknown keys: "claims"'],
  ])('is rejected with %j, at %s', (members, at) => {
    expect(check(written({ ...good, ...members }))).toContain(at);
  });

  it('describes every member, and marks those with secrets', () => {
    expect(membersWithoutDescription(adapter)).toEqual([]);
    expect(secretMembersOf(adapter)).toEqual(['bundle.keys[]', 'http.headers', 'http.proxy']);
  });
});

describe('use: spiffe in a config file', () => {
  it('verifies SVIDs, has its name, and reports', async () => {
    const events: AuthEvent[] = [];
    const allow = ['spiffe://acme.example/ns/prod/*'];
    const mesh = await make(adapter, { ...given, allow }, { name: 'mesh' });
    expect(await decisionOf(mesh, svid(key))).toBe('mesh');
    expect(await decisionOf(mesh, svid(key, { sub: 'spiffe://acme.example/ns/dev/a' }))).toBe(
      'invalid_token/claim',
    );
    const report = (event: AuthEvent): void => void events.push(event);
    const down = { ...good, bundle: { url: 'http://127.0.0.1:9/' } };
    const silent = await make(adapter, down, { name: 'mesh', report });
    expect(await decisionOf(silent, svid(key))).toBe('unavailable/jwks');
    expect(events).toMatchObject([{ type: 'keys_unavailable', authenticator: 'mesh' }]);
  });

  it("applies the application's claims schema", async () => {
    const validate = () => ({ value: { mine: 1 } });
    const claims = { '~standard': { version: 1 as const, vendor: 'test', validate } };
    const authenticator = await make(adapter, given, { claims });
    expect(await verdictOf(authenticator, svid(key))).toMatchObject({ claims: { mine: 1 } });
  });

  it('shows nothing of a misplaced private key', async () => {
    const canary = 'canary-private-exponent';
    const secret = { ...good, bundle: { keys: [bundleKey(key, { d: canary })] } };
    const error: unknown = await make(adapter, secret).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String((error as Error).stack)).not.toContain(canary);
  });
});
