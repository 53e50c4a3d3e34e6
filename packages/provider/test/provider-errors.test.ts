import { describe, expect, it } from 'vitest';
import { createGuardedFetch, errorOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

describe('an error', () => {
  it.each<readonly [string, Parameters<typeof startProvider>[0]]>([
    ['redirect', (_, response) => response.writeHead(302, { location: '/canary' }).end('canary')],
    ['connection', (request) => request.socket.destroy()],
    ['timeout', () => undefined],
    ['too_large', (_, response) => response.end(Buffer.alloc(2 * 1024 * 1024, 'canary '))],
  ])('of the kind %s shows origin and path alone', async (problem, answer) => {
    const { url } = await startProvider(answer);
    url.search = '?api_key=canary';
    // Short where the time limit is what is tried, and there alone.
    const timeoutMs = problem === 'timeout' ? 50 : 5000;
    const fetch = createGuardedFetch({ timeoutMs, headers: { 'x-api-key': 'canary' } });
    const error = await errorOf(fetch.fetch(url));
    expect(error.problem).toBe(problem);
    expect(error.message).toContain(`${url.origin}/keys`);
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain('canary');
    expect(error.name).toBe('ProviderError');
  });

  it("shows the system's code where nobody listens", async () => {
    const provider = await startProvider(() => undefined);
    await provider.stop();
    const error = await errorOf(createGuardedFetch().fetch(provider.url));
    expect(error).toMatchObject({ problem: 'connection' });
    expect(error.message).toContain('ECONNREFUSED');
  });
});
