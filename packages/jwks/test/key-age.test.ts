import { afterEach, describe, expect, it, vi } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { createSigner } from './support/signer.ts';
import { createSubject, settle } from './support/test-authenticator.ts';

const key = createSigner('key');

afterEach(() => {
  vi.restoreAllMocks();
});

/** A warm authenticator, and how much of its set's age has to pass until it is refreshed. */
async function startWarm(
  headers: Record<string, string>,
  options: { maxAgeSeconds?: number } = {},
) {
  const server = await startKeyServer();
  server.publish([key], headers);
  const subject = createSubject({ url: server.url }, options);
  await subject.authenticator.ready();
  return { server, ...subject };
}

describe('a set of keys', () => {
  it.each([
    ['no Cache-Control', {}, {}, 600],
    ['maxAgeSeconds', {}, { maxAgeSeconds: 60 }, 60],
    [
      'Cache-Control before maxAgeSeconds',
      { 'cache-control': 'max-age=300' },
      { maxAgeSeconds: 60 },
      300,
    ],
    ['Cache-Control', { 'cache-control': 'public, max-age=1200' }, {}, 1200],
    ['no-store', { 'cache-control': 'no-store' }, {}, 60],
    ['max-age=0', { 'cache-control': 'max-age=0' }, {}, 60],
    ['a year', { 'cache-control': 'max-age=31536000' }, {}, 3600],
    ['a Cache-Control without an age', { 'cache-control': 'public' }, { maxAgeSeconds: 120 }, 120],
  ])(
    'is refreshed in the background ahead of its age: %s',
    async (_, headers, options, seconds) => {
      const { server, clock, reported, decide } = await startWarm(headers, options);
      await clock.advance(seconds * 749);
      await settle();
      expect(server.requests).toHaveLength(1);
      await clock.advance(seconds * 152);
      await reported('keys_refreshed', 2);
      expect(server.requests).toHaveLength(2);
      expect(await decide(key.token())).toBe('accepted');
    },
  );

  it.each([
    [0, 450],
    [0.999_999, 540],
  ])('is refreshed at a random time (%s)', async (random, seconds) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const { server, clock, reported } = await startWarm({});
    await clock.advance(seconds * 1000 - 2);
    await settle();
    expect(server.requests).toHaveLength(1);
    await clock.advance(2);
    await reported('keys_refreshed', 2);
  });

  it('is refreshed again and again without a call', async () => {
    const { server, clock, reported } = await startWarm({});
    for (let refresh = 2; refresh <= 5; refresh += 1) {
      await clock.advance(540_000);
      await reported('keys_refreshed', refresh);
    }
    expect(server.requests).toHaveLength(5);
  });

  it('lets no call wait while it is refreshed', async () => {
    const { server, clock, decide } = await startWarm({});
    const release = server.hold();
    await clock.advance(540_000);
    await vi.waitFor(() => expect(server.requests).toHaveLength(2));
    expect(await decide(key.token())).toBe('accepted');
    release();
  });

  it('is replaced by the next one, as a whole', async () => {
    const { server, clock, reported, decide } = await startWarm({});
    const other = createSigner('other');
    server.publish([other]);
    await clock.advance(540_000);
    await reported('keys_refreshed', 2);
    expect(await decide(other.token())).toBe('accepted');
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
  });

  it('is replaced by one that is empty', async () => {
    const { server, clock, reported, decide } = await startWarm({});
    server.publish([]);
    await clock.advance(540_000);
    await reported('keys_refreshed', 2);
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
  });

  it('counts its age from the last load', async () => {
    const { server, clock, reported, decide } = await startWarm({}, { maxAgeSeconds: 3600 });
    server.publish([key], { 'cache-control': 'max-age=60' });
    await clock.advance(3_240_000);
    await reported('keys_refreshed', 2);
    await clock.advance(54_000);
    await reported('keys_refreshed', 3);
    expect(await decide(key.token())).toBe('accepted');
  });
});

describe('ready()', () => {
  it('fetches before the first call', async () => {
    const { server, decide } = await startWarm({});
    expect(server.requests).toHaveLength(1);
    expect(await decide(key.token())).toBe('accepted');
    expect(server.requests).toHaveLength(1);
  });

  it('fetches once, however often it is asked', async () => {
    const server = await startKeyServer([key]);
    const { authenticator } = createSubject({ url: server.url });
    await Promise.all([authenticator.ready(), authenticator.ready()]);
    await authenticator.ready();
    expect(server.requests).toHaveLength(1);
  });

  it('rejects while the provider is down, and resolves once it is up', async () => {
    const server = await startKeyServer();
    server.say('', 500);
    const { authenticator, clock } = createSubject({ url: server.url });
    const outage = { code: 'unavailable', reason: 'jwks' };
    await expect(authenticator.ready()).rejects.toMatchObject(outage);
    await expect(authenticator.ready()).rejects.toMatchObject(outage);
    expect(server.requests).toHaveLength(1);
    server.publish([key]);
    await clock.advance(2400);
    await expect(authenticator.ready()).resolves.toBeUndefined();
  });

  it('rejects with the reason of an aborted signal, and sends nothing', async () => {
    const server = await startKeyServer([key]);
    const { authenticator } = createSubject({ url: server.url });
    const reason = new Error('not now');
    await expect(authenticator.ready(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it('is needed to fetch before a call: creating the authenticator fetches nothing', async () => {
    const server = await startKeyServer([key]);
    const { clock } = createSubject({ url: server.url });
    await clock.advance(3_600_000);
    await settle();
    expect(server.requests).toHaveLength(0);
    expect(clock.waiting).toBe(0);
  });
});
