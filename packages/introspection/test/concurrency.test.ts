import { describe, expect, it } from 'vitest';
import { ACTIVE, send, startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

/** A provider that answers when it is let, and knows how many questions it had at once. */
async function startHoldingProvider() {
  const provider = await startProvider();
  const held: (() => void)[] = [];
  let most = 0;
  provider.respond((_, response) => {
    held.push(() => send(response, ACTIVE));
    most = Math.max(most, held.length);
  });
  return {
    ...provider,
    held,
    most: () => most,
    releaseOne: () => held.shift()?.(),
    releaseAll() {
      provider.say(ACTIVE);
      for (const release of held.splice(0)) release();
    },
  };
}

/** A busy machine may take longer than the default for thousands of requests one after the other. */
const PATIENT = { timeoutMs: 60_000 };

describe('concurrent requests', () => {
  it.each([
    ['64 by default', {}, 64],
    ['as many as maxConcurrent', { maxConcurrent: 3 }, 3],
    ['one', { maxConcurrent: 1 }, 1],
  ])('are limited to %s; the others wait', async (_, options, limit) => {
    const provider = await startHoldingProvider();
    const { decide } = createSubject(provider, { ...options, http: PATIENT });
    const calls = Array.from({ length: limit + 20 }, (__, index) => decide(`token-${index}`));
    await expect.poll(() => provider.held.length).toBe(limit);
    // Each answer lets one more in, and no more than one.
    for (let answered = 1; answered <= 10; answered += 1) {
      provider.releaseOne();
      await expect.poll(() => provider.questions.length).toBe(limit + answered);
    }
    expect(provider.most()).toBe(limit);
    provider.releaseAll();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['accepted']));
    expect(provider.questions).toHaveLength(limit + 20);
  });

  it('that are too many to wait are rejected at once, as overload', async () => {
    const provider = await startHoldingProvider();
    const { decide, refusal, events } = createSubject(provider, {
      maxConcurrent: 1,
      http: PATIENT,
    });
    const callers = Array.from({ length: 1 + 8192 }, () => new AbortController());
    const waiting = callers.map(({ signal }, index) => decide(`token-${index}`, signal));
    await expect.poll(() => provider.held.length).toBe(1);
    expect(await refusal('one-too-many')).toMatchObject({
      code: 'unavailable',
      reason: 'overloaded',
      retryAfterMs: 1000,
    });
    for (const leaving of callers.slice(101)) leaving.abort();
    provider.releaseAll();
    expect(new Set(await Promise.all(waiting.slice(0, 101)))).toEqual(new Set(['accepted']));
    await Promise.all(waiting);
    expect(provider.questions).toHaveLength(101);
    // That was no fault of the provider's, and the next call is welcome.
    expect(events).toEqual([]);
    expect(await decide('one-too-many')).toBe('accepted');
  });

  it('take no place for a cached token', async () => {
    const provider = await startHoldingProvider();
    const { decide } = createSubject(provider, { maxConcurrent: 1 });
    const known = decide('known');
    await expect.poll(() => provider.held.length).toBe(1);
    provider.releaseOne();
    await known;
    const waiting = decide('unknown');
    expect(await decide('known')).toBe('accepted');
    await expect.poll(() => provider.held.length).toBe(1);
    provider.releaseAll();
    await waiting;
  });
});

describe('a caller that disconnects', () => {
  it('does not wait for the provider, and the other callers are answered', async () => {
    const provider = await startHoldingProvider();
    const { decide } = createSubject(provider);
    const controllers = Array.from({ length: 100 }, () => new AbortController());
    const calls = controllers.map(({ signal }) => decide('token', signal));
    await expect.poll(() => provider.held.length).toBe(1);
    controllers[0]?.abort();
    expect(await calls[0]).toBe('unavailable/timeout');
    provider.releaseAll();
    expect(await Promise.all(calls.slice(1))).toEqual(Array.from({ length: 99 }, () => 'accepted'));
    expect(provider.questions).toHaveLength(1);
  });
});
