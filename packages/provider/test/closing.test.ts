import { describe, expect, it } from 'vitest';
import { createGuardedFetch, problemOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

describe('close()', () => {
  it('leaves no socket open, whether idle or in use', async () => {
    let held = 0;
    const provider = await startProvider((request, response) => {
      if (request.url === '/keys') response.end('{}');
      else held += 1;
    });
    const fetch = createGuardedFetch();
    await fetch.fetch(provider.url);
    await fetch.fetch(provider.url, {}, new URL('http://127.0.0.1'));
    const hanging = problemOf(fetch.fetch(new URL('/hang', provider.url)));
    await expect.poll(() => held).toBe(1);
    expect(await provider.connections()).toBeGreaterThanOrEqual(2);
    await fetch.close();
    expect(await hanging).toBe('connection');
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('prevents a connection that was about to be opened', async () => {
    const provider = await startProvider((_, response) => response.end('{}'));
    const fetch = createGuardedFetch();
    const asked = problemOf(fetch.fetch(provider.url, {}, new URL('http://127.0.0.1')));
    await fetch.close();
    expect(await asked).toBe('connection');
    await createGuardedFetch().fetch(provider.url);
    expect(provider.opened()).toBe(1);
  });
});
