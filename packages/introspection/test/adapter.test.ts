import { generateKeyPairSync } from 'node:crypto';
import { type AuthEvent, cached, ConfigError } from '@grpc-authn/core/authenticator';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { beforeAll, describe, expect, it } from 'vitest';
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
import { createCertificate } from '../../provider/test/support/certificates.ts';
import { startProvider } from './support/provider-server.ts';

const SECRET = 'canary-secret';
const check = createSpecCheck(adapter);
const bySecret = { method: 'client_secret_basic', secret: SECRET };
const good = {
  issuer: 'https://id.example.com',
  audience: 'orders',
  clientId: 'orders',
  clientAuthentication: bySecret,
};
const { privateKey } = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

describe('the spec of introspection', () => {
  it.each<object>([
    {},
    { issuer: undefined, endpoint: 'https://id.example.com/introspect' },
    { endpoint: 'https://id.example.com/introspect' },
    { audience: 'any' },
    { audience: ['orders', 'stock'] },
    { clientAuthentication: { method: 'client_secret_post', secret: SECRET } },
    { clientAuthentication: { method: 'client_secret_jwt', secret: SECRET } },
    { clientAuthentication: { method: 'private_key_jwt', key: privateKey, kid: '1' } },
    {
      clientAuthentication: {
        method: 'client_secret_jwt',
        secret: SECRET,
        assertionAudience: 'endpoint',
      },
    },
    {
      clientAuthentication: {
        method: 'private_key_jwt',
        key: privateKey,
        assertionAudience: 'issuer',
      },
    },
    { tokenTypes: ['bearer', null] },
    { response: 'json' },
    { response: 'jwt' },
    { cache: false },
    { cache: {} },
    { cache: { maxEntries: 1, maxAgeSeconds: 86_400, keepTokens: false, negative: {} } },
    { cache: { negative: { maxEntries: 1_000_000, maxAgeSeconds: 1 } } },
    { maxConcurrent: 1 },
    { maxConcurrent: 1024 },
    { http: { timeoutMs: 60_000 } },
    { subjectClaim: 'username' },
    { scopeClaims: ['scp'] },
    { clockToleranceSeconds: 300 },
    { pin: { azp: 'web' } },
  ])('is accepted with %j, and by the factory', async (members) => {
    expect(check(written({ ...good, ...members }))).toBe('accepted');
    await make(adapter, written({ ...good, ...members }));
  });

  it.each<readonly [object, string]>([
    [{ issuer: undefined }, ': expected an issuer or an endpoint'],
    [{ issuer: [] }, 'issuer'],
    [{ endpoint: 5 }, 'endpoint'],
    [{ audience: undefined }, 'audience'],
    [{ audience: [] }, 'audience'],
    [{ clientId: '' }, 'clientId'],
    [{ clockToleranceSeconds: 301 }, 'clockToleranceSeconds'],
    [{ clientAuthentication: SECRET }, 'clientAuthentication'],
    [{ clientAuthentication: { method: SECRET } }, 'clientAuthentication.method'],
    [{ clientAuthentication: { ...bySecret, secret: 5 } }, 'clientAuthentication.secret'],
    [{ clientAuthentication: { ...bySecret, secret: '' } }, 'clientAuthentication.secret'],
    [
      { clientAuthentication: { ...bySecret, [SECRET]: 1 } },
      'clientAuthentication: expected no members other than method, secret',
    ],
    [
      { clientAuthentication: { ...bySecret, key: SECRET } },
      'clientAuthentication: expected no members',
    ],
    [
      { clientAuthentication: { ...bySecret, assertionAudience: 'endpoint' } },
      'clientAuthentication: expected no members other than method, secret',
    ],
    [
      {
        clientAuthentication: { ...bySecret, method: 'client_secret_jwt', assertionAudience: 'a' },
      },
      'clientAuthentication.assertionAudience',
    ],
    [{ clientAuthentication: { method: 'private_key_jwt' } }, 'clientAuthentication.key'],
    [
      { clientAuthentication: { method: 'tls_client_auth', key: 'k' } },
      'clientAuthentication.cert',
    ],
    [{ tokenTypes: [] }, 'tokenTypes'],
    [{ tokenTypes: [5] }, 'tokenTypes.0'],
    [{ response: 'xml' }, 'response'],
    [{ cache: true }, 'cache'],
    [{ cache: { maxEntries: 0 } }, 'cache.maxEntries'],
    [{ cache: { maxEntries: 1_000_001 } }, 'cache.maxEntries'],
    [{ cache: { maxAgeSeconds: 86_401 } }, 'cache.maxAgeSeconds'],
    [{ cache: { keepTokens: true } }, 'cache'],
    [{ cache: { negative: { maxAgeSeconds: 0 } } }, 'cache.negative.maxAgeSeconds'],
    [{ cache: { clock: {} } }, 'cache'],
    [{ maxConcurrent: 0 }, 'maxConcurrent'],
    [{ maxConcurrent: 1025 }, 'maxConcurrent'],
    [{ http: { timeoutMs: 60_001 } }, 'http.timeoutMs'],
    [{ subjectClaim: ' ' }, 'subjectClaim'],
    [{ scopeClaims: [] }, 'scopeClaims'],
    [{ pin: {} }, 'pin'],
    [{ clientid: 'orders' }, ': unknown keys: "clientid"'],
    [{ tokenUse: 'access' }, ': unknown keys: "tokenUse"'],
    [{ name: 'main' }, ': unknown keys: "name"'],
  ])('is rejected with %j, at %s, and shows no secret', (members, at) => {
    const spec = written({ ...good, ...members });
    expect(check(spec)).toContain(at);
    expect(JSON.stringify(adapter.schema['~standard'].validate(spec))).not.toContain('canary');
  });

  it('describes every member, and marks those with secrets', () => {
    expect(membersWithoutDescription(adapter)).toEqual([]);
    expect(secretMembersOf(adapter)).toEqual([
      'clientAuthentication',
      'clientAuthentication.key',
      'clientAuthentication.secret',
      'http.headers',
      'http.proxy',
    ]);
  });
});

describe('use: introspection in a config file', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    return () => issuer.close();
  });
  const spec = (members: object = {}) => ({ ...good, issuer: issuer.issuer, ...members });

  it('asks about opaque tokens and JWTs, and has its name', async () => {
    const authenticator = await make(adapter, spec(), { name: 'second-opinion' });
    const jwt = await issuer.sign({ aud: 'orders' });
    const opaque = issuer.opaque({ aud: 'orders' });
    expect(await decisionOf(authenticator, jwt)).toBe('second-opinion');
    expect(await decisionOf(authenticator, opaque)).toBe('second-opinion');
    const other = issuer.opaque({ aud: 'stock' });
    expect(await decisionOf(authenticator, other)).toBe('invalid_token/audience');
  });

  it('caches verdicts by default', async () => {
    const caching = await make(adapter, spec());
    expect(() => cached(caching)).toThrow(ConfigError);
    const fresh = await make(adapter, spec({ cache: false }));
    expect(() => cached(fresh)).not.toThrow();
  });

  it('authenticates its requests with a private key in PEM', async () => {
    const provider = await startProvider();
    const clientAuthentication = { method: 'private_key_jwt', key: privateKey };
    const authenticator = await make(
      adapter,
      spec({ issuer: provider.origin, clientAuthentication }),
    );
    expect(await decisionOf(authenticator, 'token')).toBe('main');
    expect(provider.questions[0]?.form.get('client_assertion')).toMatch(/^ey/);
  });

  it('accepts a client certificate', async () => {
    const { cert, key } = await createCertificate('orders');
    const clientAuthentication = { method: 'tls_client_auth', cert, key };
    expect(check({ ...good, clientAuthentication })).toBe('accepted');
    await make(adapter, { ...good, clientAuthentication });
  });

  it('reports an outage after five failures', async () => {
    const events: AuthEvent[] = [];
    const report = (event: AuthEvent): void => void events.push(event);
    const authenticator = await make(adapter, spec({ endpoint: issuer.introspectionEndpoint }), {
      report,
    });
    issuer.fail('http429');
    for (let asked = 0; asked < 5; asked += 1) await decisionOf(authenticator, issuer.opaque());
    issuer.fail('none');
    expect(events.map((event) => event.authenticator)).toContain('main');
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
    const member = issuer.opaque({ aud: 'orders', hd: 'example.com' });
    expect(await verdictOf(authenticator, member)).toMatchObject({ claims: { mine: 1 } });
    const unpinned = issuer.opaque({ aud: 'orders', hd: 'example.org' });
    expect(await decisionOf(authenticator, unpinned)).toBe('invalid_token/claim');
  });

  it.each<object>([
    { issuer: 'https://accounts.google.com' },
    { issuer: 'https://id.example.com', endpoint: 'https://accounts.google.com/' },
  ])('rejects a shared issuer without a pin: %j', async (members) => {
    await expect(make(adapter, spec(members))).rejects.toThrow(ConfigError);
    await make(adapter, spec({ ...members, pin: { hd: 'example.com' } }));
  });

  it.each([SECRET, `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`])(
    'shows nothing of an invalid private key',
    async (key) => {
      const clientAuthentication = { method: 'private_key_jwt', key };
      const error: unknown = await make(adapter, spec({ clientAuthentication })).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).message).toMatch(
        /^clientAuthentication.key: expected a private key in PEM, .*, received a string of/,
      );
      expect(JSON.stringify([(error as Error).stack, (error as Error).cause])).not.toContain(
        'canary',
      );
    },
  );
});
