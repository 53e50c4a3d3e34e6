import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createGuardedFetch, problemOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

const MIB = 1024 * 1024;

describe('the size of an answer', () => {
  it('may be a MiB, and not a byte more', async () => {
    let bytes = MIB;
    const { url } = await startProvider((_, response) => response.end(Buffer.alloc(bytes, ' ')));
    const fetch = createGuardedFetch();
    const response = await fetch.fetch(url);
    expect((await response.text()).length).toBe(MIB);
    bytes += 1;
    expect(await problemOf(fetch.fetch(url))).toBe('too_large');
  });

  it('is counted while it is read: 100 MB in chunks are cut off early', async () => {
    let sent = 0;
    const provider = await startProvider((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, ' ');
      const more = (): void => {
        while (sent < 100e6 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    expect(await problemOf(createGuardedFetch().fetch(provider.url))).toBe('too_large');
    await expect.poll(() => provider.connections()).toBe(0);
    expect(sent).toBeLessThan(50e6);
  });

  it('is cut off without a content-length that is true', async () => {
    const { url } = await startProvider((_, response) => {
      response.writeHead(200, { 'content-length': String(1e9) });
      response.write(Buffer.alloc(2 * MIB, ' '));
    });
    expect(await problemOf(createGuardedFetch().fetch(url))).toBe('too_large');
  });

  it.each([['gzip'], ['x-gzip']])(
    'is counted after decompression: 10 MB of zeros in %s are refused',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(10_000_000));
      expect(bomb.length).toBeLessThan(MIB);
      const { url } = await startProvider((_, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(bomb);
      });
      expect(await problemOf(createGuardedFetch().fetch(url))).toBe('too_large');
    },
  );

  it('is nothing against compression: what is small is read', async () => {
    const { url } = await startProvider((_, response) => {
      const body = gzipSync('{"keys":[]}');
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length });
      response.end(body);
    });
    const response = await createGuardedFetch().fetch(url);
    expect(await response.json()).toEqual({ keys: [] });
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  it('does not count where compressed data is broken: that is refused', async () => {
    const { url } = await startProvider((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip at all');
    });
    expect(await problemOf(createGuardedFetch().fetch(url))).toBe('connection');
  });
});

describe('a content-encoding', () => {
  it.each([
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['Identity', (text: string) => Buffer.from(text)],
  ] as const)('that was not asked for is read all the same: %s', async (encoding, compress) => {
    const provider = await startProvider((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('{"keys":[]}'));
    });
    const response = await createGuardedFetch().fetch(provider.url);
    expect(await response.json()).toEqual({ keys: [] });
    expect(provider.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('that nobody knows is refused', async () => {
    const { url } = await startProvider((_, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' }).end('{"keys":[]}');
    });
    expect(await problemOf(createGuardedFetch().fetch(url))).toBe('content');
  });

  it.each([
    [401, 'gzip'],
    [503, 'br'],
    [404, 'deflate'],
    [204, 'gzip'],
    [304, 'gzip'],
  ])('of nothing at all is no outage: %i in %s', async (status, encoding) => {
    const { url } = await startProvider((_, response) => {
      response.writeHead(status, { 'content-encoding': encoding, 'retry-after': '7' }).end();
    });
    const response = await createGuardedFetch().fetch(url);
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe('7');
  });
});
