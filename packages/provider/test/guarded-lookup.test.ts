import type { LookupAddress } from 'node:dns';
import { describe, expect, it, vi } from 'vitest';
import { guardedLookup } from '../src/address/guarded-lookup.ts';
import { ProviderError } from '../src/index.ts';
import { createGuardedFetch, problemOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

/** Names of this test alone: nothing is asked of a real resolver. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'public.test': ['8.8.8.8', '2606:4700::1111'],
  'private.test': ['10.0.0.1'],
  'half-private.test': ['8.8.8.8', '10.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'half-metadata.test': ['8.8.8.8', '169.254.169.254'],
  'mapped.test': ['::ffff:169.254.169.254'],
  'nat64.test': ['64:ff9b::a9fe:a9fe'],
  'link-local.test': ['fe80::1'],
  'unspecified.test': ['0.0.0.0'],
  'loopback.test': ['127.0.0.1'],
};

function resolve(name: string): LookupAddress[] {
  const found = NAMES[name];
  if (found === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

vi.mock('node:dns', () => ({
  lookup(name: string, _options: unknown, done: (error: unknown, found: unknown) => void): void {
    try {
      done(null, resolve(name));
    } catch (error) {
      done(error, []);
    }
  },
}));
vi.mock('node:dns/promises', () => ({ lookup: async (name: string) => resolve(name) }));

function lookUp(name: string, issuer: string, all = true): Promise<unknown> {
  return new Promise((done, fail) => {
    guardedLookup(new URL(issuer))(name, { all }, (error, found, family) => {
      if (error) fail(error);
      else done(all ? found : { address: found, family });
    });
  });
}

async function isRefused(name: string, issuer: string): Promise<boolean> {
  const error = await lookUp(name, issuer).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error !== undefined && !(error instanceof ProviderError)) throw error;
  return error?.problem === 'address';
}

describe('a name out of the metadata of a public issuer', () => {
  it.each(['https://public.test', 'https://8.8.8.8'])('may be public (%s)', async (issuer) => {
    expect(await isRefused('public.test', issuer)).toBe(false);
  });

  it.each([
    ['private.test'],
    ['half-private.test'],
    ['loopback.test'],
    ['metadata.test'],
    ['half-metadata.test'],
    ['mapped.test'],
    ['nat64.test'],
    ['link-local.test'],
    ['unspecified.test'],
  ])('is refused as it resolves: %s', async (name) => {
    expect(await isRefused(name, 'https://public.test')).toBe(true);
    expect(await isRefused(name, 'https://8.8.8.8')).toBe(true);
  });

  it('is refused where the issuer itself cannot be resolved', async () => {
    expect(await isRefused('private.test', 'https://unknown.test')).toBe(true);
  });
});

describe('a name out of the metadata of a private issuer', () => {
  it.each(['https://private.test', 'https://10.0.0.1', 'http://127.0.0.1', 'http://loopback.test'])(
    'may be private (%s)',
    async (issuer) => {
      expect(await isRefused('private.test', issuer)).toBe(false);
      expect(await isRefused('loopback.test', issuer)).toBe(false);
      expect(await isRefused('public.test', issuer)).toBe(false);
    },
  );

  it.each([['metadata.test'], ['half-metadata.test'], ['link-local.test'], ['unspecified.test']])(
    'is never link-local or reserved: %s',
    async (name) => {
      expect(await isRefused(name, 'https://private.test')).toBe(true);
      expect(await isRefused(name, 'http://127.0.0.1')).toBe(true);
    },
  );
});

describe('the look-up', () => {
  it('gives all addresses, or the first, as it is asked', async () => {
    expect(await lookUp('public.test', 'https://8.8.8.8')).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
    const first = { address: '8.8.8.8', family: 4 };
    expect(await lookUp('public.test', 'https://8.8.8.8', false)).toEqual(first);
  });

  it('reports that a name does not exist', async () => {
    const code = 'ENOTFOUND';
    await expect(lookUp('unknown.test', 'https://8.8.8.8')).rejects.toMatchObject({ code });
  });
});

describe('the guarded fetch', () => {
  it('resolves names out of metadata by it, and connects to none that it refuses', async () => {
    const provider = await startProvider((_, response) => response.end('{}'));
    const url = new URL(`http://loopback.test:${provider.url.port}/jwks`);
    const asked = createGuardedFetch().fetch(url, {}, new URL('https://public.test'));
    expect(await problemOf(asked)).toBe('address');
    expect(await provider.connections()).toBe(0);
  });

  it('applies what one issuer may reach to no other issuer', async () => {
    const provider = await startProvider((_, response) => response.end('{}'));
    const url = new URL(`http://loopback.test:${provider.url.port}/jwks`);
    const fetch = createGuardedFetch();
    expect((await fetch.fetch(url, {}, new URL('http://127.0.0.1'))).status).toBe(200);
    const asked = fetch.fetch(url, {}, new URL('https://8.8.8.8'));
    expect(await problemOf(asked)).toBe('address');
    expect(provider.requests).toHaveLength(1);
  });
});
