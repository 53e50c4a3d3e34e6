import { describe, expect, it } from 'vitest';
import { GuardedFetch, readHttpOptions } from '../src/index.ts';
import { scopeOfAddress } from '../src/address/address-scope.ts';

const url = new URL('https://id.example.com/jwks');

function fetching(fetch: () => Promise<Response>, timeoutMs = 50): GuardedFetch {
  return new GuardedFetch(readHttpOptions({ fetch, timeoutMs }));
}

const never = (): Promise<Response> => new Promise(() => undefined);

describe('a fetch that was handed in and obeys no signal', () => {
  it('is given up when the time limit is over', async () => {
    await expect(fetching(never).fetch(url)).rejects.toMatchObject({ problem: 'timeout' });
  });

  it('is given up when its body never ends', async () => {
    const endless = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const asked = fetching(async () => new Response(endless)).fetch(url);
    await expect(asked).rejects.toMatchObject({ problem: 'timeout' });
  });

  it('is given up at once when the adapter closes', async () => {
    const guarded = fetching(never, 60_000);
    const asked = guarded.fetch(url);
    await guarded.close();
    await expect(asked).rejects.toMatchObject({ problem: 'connection' });
  });

  it.each([
    ['before it is asked', (leaving: AbortController) => leaving.abort()],
    ['while it is asked', (leaving: AbortController) => queueMicrotask(() => leaving.abort())],
  ])('is given up at once when who asks leaves: %s', async (_, leave) => {
    const leaving = new AbortController();
    leave(leaving);
    const asked = fetching(never, 60_000).fetch(url, { signal: leaving.signal });
    await expect(asked).rejects.toMatchObject({ problem: 'connection' });
  });

  it('is not asked any more after that', async () => {
    let asked = 0;
    const guarded = fetching(async () => {
      asked += 1;
      return new Response('{}');
    });
    await guarded.close();
    await expect(guarded.fetch(url)).rejects.toMatchObject({ problem: 'connection' });
    expect(asked).toBe(0);
  });

  it('may not have followed a redirect by itself', async () => {
    const followed = new Response('{}');
    Object.defineProperty(followed, 'redirected', { value: true });
    const asked = fetching(async () => followed).fetch(url);
    await expect(asked).rejects.toMatchObject({ problem: 'redirect' });
  });
});

describe("the operator's headers", () => {
  it.each([
    ['the origin that was written', url, undefined, 'canary'],
    ["the issuer's own origin", url, new URL('https://id.example.com/tenant'), 'canary'],
    ['another origin that metadata names', url, new URL('https://other.example'), null],
  ])('go to %s: as it should be', async (_what, target, issuer, expected) => {
    const seen: (string | null)[] = [];
    const guarded = new GuardedFetch(
      readHttpOptions({
        headers: { authorization: 'canary' },
        fetch: async (_url, init) => {
          seen.push(new Headers(init?.headers).get('authorization'));
          return new Response('{}');
        },
      }),
    );
    await guarded.fetch(target, {}, issuer);
    expect(seen).toEqual([expected]);
  });

  it.each([{ 'bad name': 'x' }, { name: 'a\nb' }])(
    'are refused where they cannot be sent: %j',
    (headers) => {
      expect(() => readHttpOptions({ headers })).toThrow(/http\.headers/);
    },
  );
});

describe('an IPv4-compatible address', () => {
  it.each([
    ['::169.254.169.254', 'forbidden'],
    ['::127.0.0.1', 'private'],
    ['::8.8.8.8', 'public'],
    ['::1', 'private'],
    ['::', 'forbidden'],
  ])('%s reaches as far as the IPv4 address in it: %s', (address, scope) => {
    expect(scopeOfAddress(address)).toBe(scope);
  });
});
