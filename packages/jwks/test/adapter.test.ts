import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthEvent, ConfigError } from '@grpc-authn/core/authenticator';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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
const good = {
  issuer: 'https://id.example.com',
  audience: 'orders',
  jwks: { url: 'https://id.example.com/jwks' },
};

describe('the spec of jwks', () => {
  it.each<object>([
    ...GOOD_JWT_MEMBERS,
    {},
    { issuer: ['https://id.example.com', 'https://id.example.org'] },
    { jwks: { file: '/etc/jwks.json' } },
    { algorithms: ['RS512', 'ES384', 'Ed25519'] },
    { maxAgeSeconds: 60, staleIfErrorSeconds: 0 },
    { maxAgeSeconds: 3600, staleIfErrorSeconds: 86_400 },
    { http: { timeoutMs: 1, headers: { 'x-api-key': 'k' } } },
  ])('is accepted with %j, and by the factory', async (members) => {
    expect(check({ ...good, ...members })).toBe('accepted');
    await make(adapter, { ...good, ...members });
  });

  it.each<readonly [object, string]>([
    ...WRONG_JWT_MEMBERS,
    [{ jwks: undefined }, 'jwks'],
    [{ jwks: 'https://id.example.com/jwks' }, 'jwks'],
    [{ jwks: { url: 'https://id.example.com/jwks', file: 'a' } }, 'jwks'],
    [{ jwks: { uri: 'https://id.example.com/jwks' } }, 'jwks'],
    [{ jwks: { keys: [5] } }, 'jwks'],
    [{ algorithms: [] }, 'algorithms'],
    [{ algorithms: 'RS256' }, 'algorithms'],
    [{ algorithms: ['HS256'] }, 'algorithms.0'],
    [{ algorithms: ['none'] }, 'algorithms.0'],
    [{ maxAgeSeconds: 59 }, 'maxAgeSeconds'],
    [{ maxAgeSeconds: 3601 }, 'maxAgeSeconds'],
    [{ staleIfErrorSeconds: -1 }, 'staleIfErrorSeconds'],
    [{ staleIfErrorSeconds: 86_401 }, 'staleIfErrorSeconds'],
    [{ http: { timeoutMs: 0 } }, 'http.timeoutMs'],
    [{ http: { headers: { 'x-api-key': 5 } } }, 'http.headers'],
    [{ http: { fetch: 'f' } }, 'http: unknown keys: "fetch"'],
    [{ audiance: 'orders' }, ': unknown keys: "audiance"'],
    [{ name: 'main' }, ': unknown keys: "name"'],
    [{ use2: 'jwks' }, ': unknown keys: "use2"'],
    [{ cache: {} }, ': unknown keys: "cache"'],
    [{ claims: {} }, ': unknown keys: "claims"'],
    [{ clock: {} }, ': unknown keys: "clock"'],
  ])('is rejected with %j, at %s', (members, at) => {
    expect(check(written({ ...good, ...members })).split('\n')).toContainEqual(
      expect.stringMatching(new RegExp(`^${at.replaceAll(/[.?[\]]/g, '\\$&')}`)),
    );
  });

  it('describes every member, and marks those with secrets', () => {
    expect(membersWithoutDescription(adapter)).toEqual([]);
    expect(secretMembersOf(adapter)).toEqual(['http.headers', 'http.proxy', 'jwks.keys[]']);
  });
});

describe('use: jwks in a config file', () => {
  let issuer: TestIssuer;
  let keys: readonly object[];
  beforeAll(async () => {
    issuer = await startTestIssuer();
    ({ keys } = (await (await fetch(issuer.jwksUri)).json()) as { keys: object[] });
    return () => issuer.close();
  });
  const spec = (members: object = {}) => ({
    issuer: issuer.issuer,
    audience: 'orders',
    jwks: { url: issuer.jwksUri },
    ...members,
  });

  it('verifies with the keys of a URL, has its name, and reports', async () => {
    const events: AuthEvent[] = [];
    const report = (event: AuthEvent): void => void events.push(event);
    const authenticator = await make(adapter, spec(), { name: 'partner', report });
    expect(await decisionOf(authenticator, await issuer.sign({ aud: 'orders' }))).toBe('partner');
    expect(await decisionOf(authenticator, await issuer.sign({ aud: 'stock' }))).toBe(
      'invalid_token/audience',
    );
    expect(events.map((event) => event.authenticator)).toContain('partner');
  });

  it('verifies with the keys of a file, and with inline keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'jwks.json');
    await writeFile(file, JSON.stringify({ keys }));
    for (const jwks of [{ file }, { keys }]) {
      const authenticator = await make(adapter, spec({ jwks }));
      expect(await decisionOf(authenticator, await issuer.sign({ aud: 'orders' }))).toBe('main');
    }
  });

  it("checks pins, and then the application's claims schema", async () => {
    const claims = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => ({ value: { mine: 1 } }),
      },
    };
    const authenticator = await make(adapter, spec({ pin: { azp: 'web' } }), { claims });
    const sign = (azp: string) => issuer.sign({ aud: 'orders', azp });
    expect(await verdictOf(authenticator, await sign('web'))).toMatchObject({
      claims: { mine: 1 },
    });
    expect(await decisionOf(authenticator, await sign('other'))).toBe('invalid_token/claim');
  });

  it.each([{ audience: 'account' }, { audience: ['orders', 'account'] }])(
    'rejects a shared issuer without a pin: %j',
    async (members) => {
      const shared = { ...good, issuer: 'https://sso.example.com/realms/main', ...members };
      await expect(make(adapter, shared)).rejects.toThrow(ConfigError);
      await make(adapter, { ...shared, pin: { azp: 'web' } });
    },
  );

  it('shows nothing of a misplaced private key', async () => {
    const canary = 'canary-private-exponent';
    const secret = spec({ jwks: { keys: [{ ...keys[0], d: canary }] } });
    const error: unknown = await make(adapter, secret).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String((error as Error).stack)).not.toContain(canary);
  });
});
