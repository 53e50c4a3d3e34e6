import { afterEach, describe, expect, it, vi } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { createSigner } from './support/signer.ts';
import { createSubject, settle } from './support/test-authenticator.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The jitter at its middle. */
function withoutJitter(): void {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
}

describe('a provider that comes back', () => {
  it('is asked as often at its next outage as at its first', async () => {
    withoutJitter();
    const key = createSigner('key');
    const server = await startKeyServer();
    server.say('', 500);
    const { authenticator, clock, events, reported } = createSubject({ url: server.url });
    await expect(authenticator.ready()).rejects.toMatchObject({ retryAfterMs: 2000 });
    await clock.advance(2000);
    await reported('keys_unavailable', 2);
    server.publish([key]);
    await clock.advance(6000);
    await reported('keys_recovered', 1);
    await clock.advance(540_000);
    await reported('keys_refreshed', 1);
    server.say('', 500);
    await clock.advance(540_000);
    await reported('keys_unavailable', 3);
    expect(events.at(-1)).toMatchObject({ detail: { retryInMs: 2000, servingLastGoodSet: true } });
  });
});

describe('a provider that asks for a pause', () => {
  it.each([[429], [503]])('is not asked again before the Retry-After of a %i', async (status) => {
    const key = createSigner('key');
    const server = await startKeyServer();
    server.say('', status, { 'retry-after': '120' });
    const { decide, verdict, clock, reported } = createSubject({ url: server.url });
    expect(await verdict(key.token())).toMatchObject({
      code: 'unavailable',
      retryAfterMs: 120_000,
    });
    server.publish([key]);
    await clock.advance(119_999);
    await settle();
    expect(await verdict(key.token())).toMatchObject({ code: 'unavailable', retryAfterMs: 1 });
    expect(server.requests).toHaveLength(1);
    await clock.advance(1);
    await reported('keys_recovered', 1);
    expect(await decide(key.token())).toBe('accepted');
    expect(server.requests).toHaveLength(2);
  });

  it('as a date is not asked again before it, by the injected clock', async () => {
    const server = await startKeyServer();
    const { verdict, clock } = createSubject({ url: server.url });
    await clock.advance(86_400_000);
    const until = new Date(clock.nowMs() + 60_000).toUTCString();
    server.say('', 503, { 'retry-after': until });
    const answer = await verdict(createSigner('key').token({ exp: 4_102_444_800 }));
    expect(answer).toMatchObject({ code: 'unavailable', reason: 'jwks' });
    const { retryAfterMs } = answer as { retryAfterMs?: number };
    expect(retryAfterMs).toBeGreaterThan(55_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});
