import { loadAuth } from '@grpc-authn/config';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFolder } from '../../../packages/config/test/support/config-folder.ts';
import {
  ACTIVE,
  METADATA_PATH,
  type ProviderServer,
  send,
  startProvider,
} from '../../../packages/introspection/test/support/provider-server.ts';
import { startLoopbackServer } from '../../../packages/provider/test/support/loopback-server.ts';
import { startProxy } from '../../../packages/provider/test/support/proxy-server.ts';

const PUBLIC = 'https://id.example.com';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.close());

beforeEach(() => {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toLowerCase(), '');
  }
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** How a file with this authenticator answers a token: 'allowed', or code/reason. */
async function ask(authenticator: object, token: string): Promise<string> {
  const folder = await createFolder(JSON.stringify({ authenticator }));
  const auth = await loadAuth({ file: folder.file, report: () => undefined });
  onTestFinished(() => auth.close());
  const call = { method: '/a.B/C', streaming: false, end: () => undefined };
  const credentials = { scheme: 'bearer', token };
  const { refusal } = await auth.guard.begin({ ...call, credentials });
  return refusal === undefined ? 'allowed' : `${refusal.code}/${refusal.reason}`;
}

const oidc = (options: object): object => ({
  use: 'oidc',
  issuer: PUBLIC,
  audience: 'orders',
  ...options,
});

const introspection = (provider: ProviderServer, options: object = {}): object => ({
  use: 'introspection',
  endpoint: provider.endpoint,
  audience: 'orders',
  clientId: 'orders',
  clientAuthentication: { method: 'client_secret_basic', secret: 'svc-secret' },
  ...options,
});

const publicToken = (): Promise<string> => issuer.sign({ iss: PUBLIC, aud: 'orders' });

/** The metadata of the public issuer, at an address of this machine. */
async function startInternal(keys: string): Promise<string> {
  const metadata = JSON.stringify({ issuer: PUBLIC, jwks_uri: keys });
  const { origin } = await startLoopbackServer((_, response) => response.end(metadata));
  return `${origin}/metadata`;
}

describe('a file for a provider whose internal address is not its issuer', () => {
  it('names the address of its metadata in metadataUrl', async () => {
    const metadataUrl = await startInternal(issuer.jwksUri);
    expect(await ask(oidc({ metadataUrl }), await publicToken())).toBe('allowed');
  });

  it('names the address of its keys in jwksUri, where the metadata has the public one', async () => {
    const metadataUrl = await startInternal(`${PUBLIC}/keys`);
    const { jwksUri } = issuer;
    expect(await ask(oidc({ metadataUrl, jwksUri }), await publicToken())).toBe('allowed');
  });

  it('names the address of its metadata for introspection, too', async () => {
    const provider = await startProvider();
    const { origin, endpoint } = provider;
    provider.publish('/metadata', { issuer: PUBLIC, introspection_endpoint: endpoint });
    provider.publish(METADATA_PATH, {}, 404);
    const source = { endpoint: undefined, issuer: PUBLIC, metadataUrl: `${origin}/metadata` };
    expect(await ask(introspection(provider, source), 'opaque')).toBe('allowed');
  });
});

describe('a file whose issuer is not that of the metadata', () => {
  it('is rejected by a reload at its line, with both issuers and no hint to load it anyway', async () => {
    const { origin } = await startProvider();
    const folder = await createFolder(JSON.stringify({ authenticator: oidc({}) }));
    const auth = await loadAuth({ file: folder.file, report: () => undefined });
    onTestFinished(() => auth.close());
    // Discovery asks at the same address, and the metadata has no slash.
    await folder.write(`authenticator:\n  use: oidc\n  issuer: ${origin}/\n  audience: orders\n`);
    const reloaded = auth.reload({ allowWeaker: true });
    await expect(reloaded).rejects.toMatchObject({
      problems: [{ path: 'authenticator.issuer', line: 3 }],
    });
    await expect(reloaded).rejects.toThrow(/expected "http:.*\/", received "http:.*\d"/);
    await expect(reloaded).rejects.not.toThrow('requireReady');
    expect(auth.authenticator.issuers).toEqual([PUBLIC]);
  });
});

describe('a file for a provider behind a proxy', () => {
  const NAMED = 'http://id.example.com';
  const http = { dangerouslyAllowHttpFrom: [NAMED] };

  /** The provider, which only the proxy finds. */
  async function start(): Promise<{ readonly proxy: string; readonly tunnels: () => number }> {
    const documents: Readonly<Record<string, object>> = {
      [METADATA_PATH]: { issuer: NAMED, jwks_uri: `${NAMED}/keys` },
      '/keys': (await (await fetch(issuer.jwksUri)).json()) as object,
    };
    const provider = await startLoopbackServer(({ url = '' }, response) =>
      send(response, documents[url] ?? {}),
    );
    const proxy = await startProxy(provider);
    return { proxy: proxy.origin, tunnels: () => proxy.requests.length };
  }

  const token = (): Promise<string> => issuer.sign({ iss: NAMED, aud: 'orders' });

  it('names the proxy in http.proxy', async () => {
    const { proxy, tunnels } = await start();
    expect(await ask(oidc({ issuer: NAMED, http: { ...http, proxy } }), await token())).toBe(
      'allowed',
    );
    expect(tunnels()).toBeGreaterThan(0);
  });

  it('follows the environment by default, and with "environment"', async () => {
    for (const options of [http, { ...http, proxy: 'environment' }]) {
      const { proxy, tunnels } = await start();
      vi.stubEnv('HTTP_PROXY', proxy);
      expect(await ask(oidc({ issuer: NAMED, http: options }), await token())).toBe('allowed');
      expect(tunnels()).toBeGreaterThan(0);
    }
  });

  it('ignores the environment with false', async () => {
    const { proxy, tunnels } = await start();
    vi.stubEnv('HTTP_PROXY', proxy);
    const options = { ...http, proxy: false, timeoutMs: 1 };
    expect(await ask(oidc({ issuer: NAMED, http: options }), await token())).toMatch(
      /^unavailable/,
    );
    expect(tunnels()).toBe(0);
  });
});

describe('a file for a provider that does not decode client_secret_basic', () => {
  /** Accepts the secret as it is. */
  async function start(): Promise<ProviderServer> {
    const provider = await startProvider();
    const accepted = `Basic ${Buffer.from('orders:svc-secret').toString('base64')}`;
    provider.respond(({ headers }, response) =>
      headers.authorization === accepted ? send(response, ACTIVE) : send(response, '', 401),
    );
    return provider;
  }

  it.each<readonly [string, object, string, number]>([
    ['finds it out by default', {}, 'allowed', 2],
    ['finds it out with auto', { basicEncoding: 'auto' }, 'allowed', 2],
    ['sends the secret as it is with plain', { basicEncoding: 'plain' }, 'allowed', 1],
    [
      'percent-encodes with form, whatever the provider answers',
      { basicEncoding: 'form' },
      'unavailable/introspection',
      1,
    ],
  ])('%s', async (_, options, expected, requests) => {
    const provider = await start();
    expect(await ask(introspection(provider, options), 'opaque')).toBe(expected);
    expect(provider.questions).toHaveLength(requests);
  });
});

describe('a file for a provider whose clock is ahead', () => {
  it.each<readonly [string, object, number, string]>([
    ['accepts an introspected token 2 s before its iat', {}, 2, 'allowed'],
    ['refuses it 60 s before', {}, 60, 'invalid_token/not_yet_valid'],
    ['accepts it 60 s before where it says so', { clockToleranceSeconds: 120 }, 60, 'allowed'],
    [
      'refuses it without tolerance',
      { clockToleranceSeconds: 0 },
      30,
      'invalid_token/not_yet_valid',
    ],
  ])('%s', async (_, options, aheadSeconds, expected) => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, iat: Math.floor(Date.now() / 1000) + aheadSeconds });
    expect(await ask(introspection(provider, options), 'opaque')).toBe(expected);
  });
});

describe('a file for one issuer with JWTs and opaque tokens', () => {
  const jwts = { use: 'oidc', issuer: PUBLIC, audience: 'orders' };
  const opaque = {
    use: 'introspection',
    issuer: PUBLIC,
    audience: 'orders',
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_post', secret: 'secret' },
  };
  const config = (authenticator: object): { readonly config: object } => ({
    config: { authenticators: { jwts, opaque }, authenticator },
  });

  it.each([[['jwts', 'opaque']], [['opaque', 'jwts']]])(
    'is rejected with anyOf, and the error shows what to write: %s',
    async (of) => {
      await expect(loadAuth(config({ use: 'anyOf', of }))).rejects.toThrow(
        `write { use: byIssuer, issuers: { "${PUBLIC}": jwts }, opaque: opaque }`,
      );
    },
  );

  it('loads as that error says', async () => {
    const auth = await loadAuth(
      config({ use: 'byIssuer', issuers: { [PUBLIC]: 'jwts' }, opaque: 'opaque' }),
    );
    expect(auth.authenticator.issuers).toEqual([PUBLIC]);
    await auth.close();
  });
});
