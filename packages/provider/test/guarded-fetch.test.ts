import { describe, expect, it } from 'vitest';
import { createGuardedFetch, errorOf, problemOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

describe('concurrent requests', () => {
  it('use at most maxSockets, and keep them alive', async () => {
    const held: (() => void)[] = [];
    const provider = await startProvider((_, response) => {
      held.push(() => response.end('{}'));
    });
    const fetch = createGuardedFetch({}, { maxSockets: 2 });
    const asked = Array.from({ length: 6 }, () => fetch.fetch(provider.url));
    for (let answered = 0; answered < 6; answered += 1) {
      await expect.poll(() => held.length).toBeGreaterThan(0);
      held.shift()?.();
    }
    await Promise.all(asked);
    expect(provider.opened()).toBe(2);
  });
});

describe('an answer', () => {
  it('is returned whole, with its status and its headers', async () => {
    const { url } = await startProvider((_, response) => {
      response.writeHead(418, { 'cache-control': 'max-age=5' }).end('{"a":1}');
    });
    const response = await createGuardedFetch().fetch(url);
    expect(response.status).toBe(418);
    expect(response.headers.get('cache-control')).toBe('max-age=5');
    expect(await response.json()).toEqual({ a: 1 });
  });

  it.each([[204], [205], [304]])('may have no body: %i', async (status) => {
    const { url } = await startProvider((_, response) => response.writeHead(status).end());
    const response = await createGuardedFetch().fetch(url);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe('');
  });

  it.each([[300], [301], [302], [303], [307], [308]])(
    'that is a redirect is refused, and not followed: %i',
    async (status) => {
      const provider = await startProvider((_, response) => {
        response.writeHead(status, { location: '/elsewhere?key=canary' }).end();
      });
      const error = await errorOf(createGuardedFetch().fetch(provider.url));
      expect(error.problem).toBe('redirect');
      expect(error.message).not.toContain('canary');
      expect(provider.requests).toHaveLength(1);
    },
  );

  it.each([
    ['a redirect', 302, { location: '/elsewhere' }],
    ['in an unknown coding', 200, { 'content-encoding': 'zstd' }],
    ['too large', 200, { 'content-length': '1000000000' }],
  ])('that is refused is not read to its end: %s', async (_, status, headers) => {
    const provider = await startProvider((_request, response) => {
      response.writeHead(status, headers).write(Buffer.alloc(2 * 1024 * 1024));
    });
    await problemOf(createGuardedFetch().fetch(provider.url));
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('that is refused is not read to its end, by a fetch that was handed in', async () => {
    let cancelled = false;
    const body = new ReadableStream({ cancel: () => void (cancelled = true) });
    const fetch = createGuardedFetch({ fetch: async () => new Response(body, { status: 302 }) });
    await problemOf(fetch.fetch(new URL('https://id.example.com/jwks')));
    expect(cancelled).toBe(true);
  });

  it('that never arrives ends at the time limit', async () => {
    const { url } = await startProvider(() => undefined);
    const error = await errorOf(createGuardedFetch({ timeoutMs: 50 }).fetch(url));
    expect(error.problem).toBe('timeout');
    expect(error.message).toContain('50 ms');
  });

  it('that begins and never ends does so too', async () => {
    const { url } = await startProvider((_, response) => {
      response.writeHead(200).write('{"keys":[');
    });
    expect(await problemOf(createGuardedFetch({ timeoutMs: 50 }).fetch(url))).toBe('timeout');
  });

  it('that trickles does not put off the time limit', async () => {
    const { url } = await startProvider((_, response) => {
      const trickle = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(trickle));
    });
    expect(await problemOf(createGuardedFetch({ timeoutMs: 100 }).fetch(url))).toBe('timeout');
  });

  it('that is cut off is refused', async () => {
    const { url } = await startProvider((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"keys":[]}');
      setImmediate(() => response.destroy());
    });
    expect(await problemOf(createGuardedFetch().fetch(url))).toBe('connection');
  });

  it('of a connection that is closed is refused', async () => {
    const { url } = await startProvider((request) => request.socket.destroy());
    expect(await problemOf(createGuardedFetch().fetch(url))).toBe('connection');
  });

  it('that is no HTTP is refused', async () => {
    const { url } = await startProvider((request) => request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await problemOf(createGuardedFetch().fetch(url))).toBe('connection');
  });
});

describe('what is asked', () => {
  it('carries the headers of the options, and those of the request before them', async () => {
    const { url, requests } = await startProvider((_, response) => response.end());
    const headers = { 'X-Api-Key': 'key', accept: 'text/plain' };
    const fetch = createGuardedFetch({ headers });
    await fetch.fetch(url, { headers: { accept: 'application/json' } });
    expect(requests[0]?.headers).toMatchObject({ 'x-api-key': 'key', accept: 'application/json' });
  });

  it('ends with the signal of its caller', async () => {
    const { url } = await startProvider(() => undefined);
    const controller = new AbortController();
    const asked = createGuardedFetch().fetch(url, { signal: controller.signal });
    controller.abort();
    expect(await problemOf(asked)).toBe('connection');
  });

  it('goes through the fetch of the options, with everything that the built-in one is given', async () => {
    const seen: { url: string; headers: Headers; redirect: unknown; signal: unknown }[] = [];
    const fetch = createGuardedFetch({
      headers: { 'x-api-key': 'key' },
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers);
        seen.push({
          url: (input as URL).href,
          headers,
          redirect: init?.redirect,
          signal: init?.signal,
        });
        return new Response('{"a":1}');
      },
    });
    const response = await fetch.fetch(new URL('https://id.example.com/jwks?a=b'));
    expect(await response.json()).toEqual({ a: 1 });
    expect(seen).toMatchObject([{ url: 'https://id.example.com/jwks?a=b', redirect: 'manual' }]);
    expect(seen[0]?.signal).toBeInstanceOf(AbortSignal);
    expect(seen[0]?.headers.get('x-api-key')).toBe('key');
  });

  it.each<readonly [string, string, typeof fetch]>([
    ['throws', 'connection', () => Promise.reject(new Error('https://a:canary@id.test'))],
    ['redirects', 'redirect', async () => Response.redirect('https://id.test/?canary', 302)],
    ['fails', 'connection', async () => Response.error()],
    ['gives nothing', 'connection', async () => undefined as never],
    ['gives 2 MiB', 'too_large', async () => new Response(new Uint8Array(2 * 1024 * 1024))],
    [
      'hangs until its signal',
      'timeout',
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    ],
  ])('is held to the same where that fetch %s: %s', async (_, problem, custom) => {
    const fetch = createGuardedFetch({ fetch: custom, timeoutMs: 50 });
    const error = await errorOf(fetch.fetch(new URL('https://id.example.com/jwks')));
    expect(error.problem).toBe(problem);
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain('canary');
  });
});
