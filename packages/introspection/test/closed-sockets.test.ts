import { describe, expect, it } from 'vitest';
import { startLoopbackServer } from '../../provider/test/support/loopback-server.ts';
import { startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

describe('close()', () => {
  it('leaves no socket open where all is answered', async () => {
    const provider = await startProvider();
    const { authenticator, decide } = createSubject({ issuer: provider.origin });
    await Promise.all(['a', 'b', 'c'].map((token) => decide(token)));
    expect(await provider.connections()).toBeGreaterThan(0);
    await authenticator.close();
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('leaves none open where questions are under way, and those end as an outage', async () => {
    const provider = await startProvider();
    provider.respond(() => undefined);
    const { authenticator, decide } = createSubject({ issuer: provider.origin });
    const calls = ['a', 'b', 'c'].map((token) => decide(token));
    await expect.poll(() => provider.questions.length).toBe(3);
    await authenticator.close();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'unavailable/introspection'));
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('asks nothing for those who still wait for a place', async () => {
    const provider = await startProvider();
    provider.respond(() => undefined);
    const { authenticator, decide } = createSubject(provider, { maxConcurrent: 1 });
    const calls = ['a', 'b', 'c'].map((token) => decide(token));
    await expect.poll(() => provider.questions.length).toBe(1);
    await authenticator.close();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'unavailable/introspection'));
    expect(provider.questions).toHaveLength(1);
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('leaves none open where the metadata were never answered', async () => {
    let asked = 0;
    const { origin, connections } = await startLoopbackServer(() => void (asked += 1));
    const { authenticator, decide } = createSubject({ issuer: origin });
    const call = decide('token');
    await expect.poll(() => asked).toBe(1);
    await authenticator.close();
    expect(await call).toBe('unavailable/discovery');
    await expect.poll(() => connections()).toBe(0);
  });

  it('may be called before anything was sent, and twice', async () => {
    const { authenticator } = createSubject(await startProvider());
    await authenticator.close();
    await expect(authenticator.close()).resolves.toBeUndefined();
  });

  it('clears the cache', async () => {
    const { authenticator, decide } = createSubject(await startProvider());
    const ask = (): unknown => {
      const { signal } = new AbortController();
      return authenticator.authenticate(
        { scheme: 'bearer', token: 'token' },
        { method: '', signal },
      );
    };
    await decide('token');
    expect(ask()).not.toBeInstanceOf(Promise);
    await authenticator.close();
    const asked = ask();
    expect(asked).toBeInstanceOf(Promise);
    await asked;
  });
});
