import { describe, expect, it, vi } from 'vitest';
import { Discovery, GuardedFetch, readHttpOptions } from '../src/index.ts';

// The import of src/index.ts above shows that neither of them is imported before it is needed.
vi.mock('undici', () => {
  throw new Error('not installed');
});
vi.mock('openid-client', () => {
  throw new Error('not installed');
});

describe('a dependency that cannot be imported', () => {
  it('is named when the first request is sent', async () => {
    const fetch = new GuardedFetch(readHttpOptions());
    const refused = { problem: 'package', message: expect.stringContaining('package undici:') };
    await expect(fetch.fetch(new URL('https://id.example.com/'))).rejects.toMatchObject(refused);
    await expect(fetch.prepare()).rejects.toMatchObject(refused);
    await fetch.close();
  });

  it('is named by the outage of a discovery', async () => {
    const issuer = 'https://id.example.com';
    const asked = vi.fn();
    const fetch = new GuardedFetch(readHttpOptions({ fetch: asked }));
    const discovery = new Discovery({ issuer, location: { issuerUrl: new URL(issuer) }, fetch });
    await expect(discovery.discover(() => 'read')).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'discovery',
      cause: { problem: 'package', message: expect.stringContaining('package openid-client:') },
    });
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('undici', () => {
  it('is not needed with a user-defined fetch', async () => {
    const fetch = new GuardedFetch(readHttpOptions({ fetch: async () => Response.json({}) }));
    const response = await fetch.fetch(new URL('https://id.example.com/'));
    expect(response.status).toBe(200);
  });
});
