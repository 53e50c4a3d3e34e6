import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackOff } from '../src/back-off.ts';
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

describe('the back-off', () => {
  it('grows to a minute, and no further', () => {
    withoutJitter();
    const backOff = new BackOff();
    const waits = Array.from({ length: 7 }, () => backOff.failed(0));
    expect(waits).toEqual([2000, 6000, 18_000, 54_000, 60_000, 60_000, 60_000]);
  });

  it('has a cap after a thousand failures, too', () => {
    withoutJitter();
    const backOff = new BackOff();
    for (let failure = 0; failure < 1000; failure += 1)
      expect(backOff.failed(0)).toBeLessThan(60_001);
  });

  it.each([
    [0, 0.8],
    [0.999_999, 1.2],
  ])('is spread by a fifth either way (%s)', (random, factor) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    expect(new BackOff().failed(0)).toBeCloseTo(2000 * factor, 0);
  });

  it('counts down, and is over then', () => {
    withoutJitter();
    const backOff = new BackOff();
    expect(backOff.remainingMs(5)).toBe(0);
    expect(backOff.failing).toBe(false);
    backOff.failed(10_000);
    expect(backOff.remainingMs(10_000)).toBe(2000);
    expect(backOff.remainingMs(11_500)).toBe(500);
    expect(backOff.remainingMs(12_000)).toBe(0);
    expect(backOff.remainingMs(99_000)).toBe(0);
    expect(backOff.failing).toBe(true);
  });

  it('begins anew after a success', () => {
    withoutJitter();
    const backOff = new BackOff();
    for (let failure = 0; failure < 5; failure += 1) backOff.failed(0);
    backOff.succeeded();
    expect(backOff.failing).toBe(false);
    expect(backOff.remainingMs(0)).toBe(0);
    expect(backOff.failed(0)).toBe(2000);
  });

  it('is as long as the provider asks for, up to five minutes, and never shorter', () => {
    withoutJitter();
    const backOff = new BackOff();
    expect(backOff.failed(0, 7000)).toBe(7000);
    expect(backOff.failed(0, 1)).toBe(6000);
    expect(backOff.failed(0, 3_600_000)).toBe(300_000);
    expect(backOff.remainingMs(0)).toBe(300_000);
  });
});

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
  it.each([[429], [503]])('gets it: Retry-After of a %i', async (status) => {
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

  it('as a date gets it by the clock of the options', async () => {
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
