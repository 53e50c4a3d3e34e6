import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HttpOptions, readHttpOptions } from '../src/index.ts';
import { type Certificate, createCertificate } from './support/certificates.ts';
import { createGuardedFetch, errorOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';
import { startProxy } from './support/proxy-server.ts';

const KEYS = new URL('https://id.example.com/keys?query=canary');
const PLAIN = new URL('http://idp.internal/keys');

let certificate: Certificate;
let client: Certificate;
beforeAll(async () => {
  [certificate, client] = await Promise.all([
    createCertificate('provider', 'id.example.com'),
    createCertificate('client'),
  ]);
});

beforeEach(() => {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toLowerCase(), '');
  }
});

/** A provider that only a proxy finds, and the options to reach it through the proxy. */
async function start(
  answer?: (socket: Socket) => boolean,
  tls: Certificate | undefined = certificate,
) {
  const provider = await startProvider((_, response) => response.end('{"a":1}'), tls);
  const proxy = await startProxy(provider, answer);
  const options: HttpOptions = { ca: certificate.cert, proxy: proxy.origin };
  return { provider, proxy, options };
}

const withUser = (origin: string): string => origin.replace('//', '//us%20er:canary%2Fword@');

describe('a provider behind a proxy', () => {
  it('is asked through a tunnel, and the proxy learns host and port only', async () => {
    const { proxy, provider, options } = await start();
    const response = await createGuardedFetch({
      ...options,
      headers: { 'x-api-key': 'canary' },
    }).fetch(KEYS);
    expect(await response.json()).toEqual({ a: 1 });
    expect(proxy.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'CONNECT id.example.com:443',
    ]);
    expect(JSON.stringify(proxy.requests[0]?.headers)).not.toContain('canary');
    expect(provider.requests[0]?.headers).toMatchObject({
      host: 'id.example.com',
      'x-api-key': 'canary',
    });
  });

  it('is asked for the port of its URL', async () => {
    const { proxy, options } = await start();
    await createGuardedFetch(options).fetch(new URL('https://id.example.com:8443/keys'));
    expect(proxy.requests[0]?.url).toBe('id.example.com:8443');
  });

  it('may use plain http where this is allowed', async () => {
    const provider = await startProvider((_, response) => response.end('{"a":1}'));
    const proxy = await startProxy(provider);
    const response = await createGuardedFetch({ proxy: proxy.origin }).fetch(PLAIN);
    expect(await response.json()).toEqual({ a: 1 });
    expect(proxy.requests[0]?.url).toBe('idp.internal:80');
  });

  it('is refused without its certificate authority: TLS is checked within the tunnel', async () => {
    const { provider, options } = await start();
    const error = await errorOf(createGuardedFetch({ ...options, ca: client.cert }).fetch(KEYS));
    expect(error.problem).toBe('connection');
    expect(error.message).toMatch(/SELF_SIGNED/);
    expect(provider.requests).toHaveLength(0);
  });

  it('sees the client certificate', async () => {
    const provider = await startProvider(
      (request, response) => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        response.end(JSON.stringify({ name: subject.CN }));
      },
      { ...certificate, requestCert: true, rejectUnauthorized: false },
    );
    const proxy = await startProxy(provider);
    const options = { ca: certificate.cert, proxy: proxy.origin };
    const response = await createGuardedFetch(options, { certificate: client }).fetch(KEYS);
    expect(await response.json()).toEqual({ name: 'client' });
  });

  it('shares a kept-alive socket between requests, and opens no more than allowed', async () => {
    const { proxy, options } = await start();
    const fetch = createGuardedFetch(options, { maxSockets: 2 });
    await Promise.all(Array.from({ length: 10 }, () => fetch.fetch(KEYS)));
    await fetch.fetch(KEYS);
    expect(proxy.requests).toHaveLength(2);
  });

  it('is asked once more where a kept-alive socket was reset before any byte of an answer', async () => {
    const provider = await startProvider((request, response) => {
      if (provider.requests.length === 2) request.socket.destroy();
      else response.end('{}');
    }, certificate);
    const proxy = await startProxy(provider);
    const fetch = createGuardedFetch(
      { ca: certificate.cert, proxy: proxy.origin },
      { maxSockets: 1 },
    );
    await fetch.fetch(KEYS);
    expect((await fetch.fetch(KEYS)).status).toBe(200);
    expect(provider.requests).toHaveLength(3);
  });

  it('is reported once', async () => {
    const { proxy, options } = await start();
    const onProxy = vi.fn();
    const proxyUrl = withUser(proxy.origin);
    const fetch = createGuardedFetch({ ...options, proxy: proxyUrl }, { onProxy });
    await fetch.fetch(KEYS);
    await fetch.fetch(KEYS);
    expect(onProxy.mock.calls).toEqual([
      [{ proxy: proxy.origin, origin: 'https://id.example.com' }],
    ]);
  });
});

describe('user name and password of a proxy', () => {
  it('are sent to the proxy, and not to the provider', async () => {
    const { proxy, provider, options } = await start();
    await createGuardedFetch({ ...options, proxy: withUser(proxy.origin) }).fetch(KEYS);
    const sent = `Basic ${Buffer.from('us er:canary/word').toString('base64')}`;
    expect(proxy.requests[0]?.headers['proxy-authorization']).toBe(sent);
    expect(provider.requests[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  it.each([
    ['http://user:canary@proxy:1/path'],
    ['http://user:canary@proxy:1/?query'],
    ['socks5://user:canary@proxy:1'],
    ['http://us%er:canary@proxy:1'],
    ['canary'],
    [''],
    [true],
    [null],
    [{ uri: 'http://canary' }],
  ])('are in no ConfigError: %j', (proxy) => {
    const read = () => readHttpOptions({ proxy } as HttpOptions);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      /^http\.proxy: expected 'environment', false, or an http or https URL without a path/,
    );
    expect(read).not.toThrow(/canary/);
  });

  it.each([
    [
      'answers 407',
      (socket: Socket) => socket.end('HTTP/1.1 407 no\r\ncontent-length: 0\r\n\r\n'),
      'answered 407 to CONNECT id.example.com:443',
    ],
    [
      'closes the connection',
      (socket: Socket) => socket.destroy(),
      'could not be asked (UND_ERR_SOCKET)',
    ],
  ] as const)('are in no error of a proxy that %s', async (_, end, message) => {
    const { proxy, options } = await start((socket) => {
      end(socket);
      return true;
    });
    const error = await errorOf(
      createGuardedFetch({ ...options, proxy: withUser(proxy.origin) }).fetch(KEYS),
    );
    expect(error.problem).toBe('connection');
    expect(error.message).toBe(`the proxy ${proxy.origin}: ${message}`);
  });
});

it('a proxy that does not answer is given up at the time limit', async () => {
  const { options } = await start(() => true);
  const error = await errorOf(createGuardedFetch({ ...options, timeoutMs: 50 }).fetch(KEYS));
  expect(error.problem).toBe('timeout');
});

describe('the environment', () => {
  it('names the proxy by default', async () => {
    const { proxy, options } = await start();
    vi.stubEnv('HTTPS_PROXY', proxy.origin);
    await createGuardedFetch({ ...options, proxy: 'environment' }).fetch(KEYS);
    await createGuardedFetch({ ca: certificate.cert }).fetch(KEYS);
    expect(proxy.requests).toHaveLength(2);
  });

  it.each([['.example.com'], ['id.example.com'], ['*'], ['a.test, .example.com']])(
    'excludes hosts by NO_PROXY=%s',
    async (hosts) => {
      const { proxy, options } = await start();
      vi.stubEnv('HTTPS_PROXY', proxy.origin);
      vi.stubEnv('NO_PROXY', hosts);
      const fetch = createGuardedFetch({ ...options, proxy: 'environment', timeoutMs: 1000 });
      await errorOf(fetch.fetch(KEYS));
      expect(proxy.requests).toHaveLength(0);
    },
  );

  it('is ignored where the option is false or a URL', async () => {
    const { proxy, options } = await start();
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    await createGuardedFetch(options).fetch(KEYS);
    vi.stubEnv('HTTPS_PROXY', proxy.origin);
    await errorOf(createGuardedFetch({ ...options, proxy: false, timeoutMs: 1000 }).fetch(KEYS));
    expect(proxy.requests).toHaveLength(1);
  });

  it('names no unusable proxy silently', async () => {
    vi.stubEnv('HTTPS_PROXY', 'socks5://user:canary@proxy:1080');
    const error = await errorOf(createGuardedFetch().fetch(KEYS));
    expect(error.message).toMatch(/^HTTPS_PROXY \(or ALL_PROXY\): expected an http or https URL/);
  });
});

describe('addresses behind a proxy', () => {
  it('loopback is asked directly', async () => {
    const provider = await startProvider((_, response) => response.end('{}'));
    const proxy = await startProxy(provider);
    await createGuardedFetch({ proxy: proxy.origin }).fetch(provider.url);
    expect(proxy.requests).toHaveLength(0);
  });

  it.each([
    ['https://169.254.169.254/keys'],
    ['https://[fe80::1]/keys'],
    ['https://[::ffff:169.254.169.254]/keys'],
  ])('%s is refused before the proxy is asked', async (url) => {
    const { proxy, options } = await start();
    const fetch = createGuardedFetch(options);
    expect((await errorOf(fetch.fetch(new URL(url)))).problem).toBe('address');
    const named = fetch.fetch(new URL(url), {}, new URL('https://id.example.com'));
    expect((await errorOf(named)).problem).toBe('address');
    expect(proxy.requests).toHaveLength(0);
  });

  it('a private address that the metadata of a public issuer names is refused', async () => {
    const { proxy, options } = await start();
    const named = createGuardedFetch(options).fetch(
      new URL('https://10.0.0.1/keys'),
      {},
      new URL('https://192.0.2.1'),
    );
    expect((await errorOf(named)).problem).toBe('address');
    expect(proxy.requests).toHaveLength(0);
  });

  it('a name that metadata names is left to the proxy', async () => {
    const { proxy, options } = await start();
    await createGuardedFetch(options).fetch(KEYS, {}, new URL('https://192.0.2.1'));
    expect(proxy.requests[0]?.url).toBe('id.example.com:443');
  });
});

it('http.proxy beside http.fetch is a ConfigError, because that fetch sends the requests', () => {
  expect(() => readHttpOptions({ fetch, proxy: 'http://proxy:3128' })).toThrow(
    /^http\.proxy: expected no proxy/,
  );
  expect(readHttpOptions({ fetch }).proxy).toBe('environment');
});
