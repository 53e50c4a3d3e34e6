import { AuthError } from '@grpc-authn/core/authenticator';
import { startTestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { AUDIENCE, createSigner, unknownToken } from './support/signer.ts';
import { createSubject, eventually, type Subject } from './support/test-authenticator.ts';

const HOUR_MS = 3_600_000;
const key = createSigner('key');

async function startIssuer() {
  const issuer = await startTestIssuer({ algorithms: ['EdDSA'] });
  onTestFinished(() => issuer.close());
  const token = await issuer.sign({ aud: AUDIENCE, exp: 4_102_444_800 });
  return { issuer, token };
}

function retryAfterMs(verdict: unknown): number {
  return (AuthError.is(verdict) && verdict.retryAfterMs) || 0;
}

/** Lets the clock run, a second at a time, and the sockets with it. */
async function run({ clock, events }: Subject, ms: number): Promise<void> {
  for (let ranMs = 0; ranMs < ms; ranMs += 1000) {
    await clock.advance(1000);
    // While a fetch is under way no timer is set: whatever it brings, another refresh is planned then.
    await eventually(() => clock.waiting > 0);
  }
  expect(events.length).toBeGreaterThan(0);
}

describe('while the provider is down', () => {
  it.each(['down', 'http500', 'garbage'] as const)(
    '10,000 calls over a minute make 5 fetches at most, all served by the last good set (%s)',
    async (mode) => {
      const { issuer, token } = await startIssuer();
      const subject = createSubject({ url: issuer.jwksUri }, { issuer: issuer.issuer });
      expect(await subject.decide(token)).toBe('accepted');
      issuer.fail(mode);
      await subject.clock.advance(600_000);
      await subject.reported('keys_unavailable', 1);
      const verdicts: string[] = [];
      for (let second = 0; second < 60; second += 1) {
        for (let call = 0; call < 167; call += 1) verdicts.push(await subject.decide(token));
        await run(subject, 1000);
      }
      expect(verdicts).toHaveLength(10_020);
      expect(new Set(verdicts)).toEqual(new Set(['accepted']));
      expect(issuer.requests.jwks - 1).toBeLessThanOrEqual(5);
    },
    // 10,000 signatures: on a busy machine that takes a while.
    60_000,
  );

  it('calls without a set make no more fetches, and are unavailable', async () => {
    const { issuer, token } = await startIssuer();
    const subject = createSubject({ url: issuer.jwksUri }, { issuer: issuer.issuer });
    issuer.fail('http500');
    for (let second = 0; second < 60; second += 1) {
      const calls = Array.from({ length: 20 }, () => subject.verdict(token));
      for (const verdict of await Promise.all(calls)) {
        expect(verdict).toMatchObject({ code: 'unavailable', reason: 'jwks' });
      }
      await run(subject, 1000);
    }
    expect(issuer.requests.jwks).toBeLessThanOrEqual(5);
  });

  it('it recovers without a call', async () => {
    const { issuer, token } = await startIssuer();
    const subject = createSubject({ url: issuer.jwksUri }, { issuer: issuer.issuer });
    issuer.fail('down');
    expect(await subject.decide(token)).toBe('unavailable/jwks');
    issuer.fail('none');
    await subject.clock.advance(2400);
    await subject.reported('keys_recovered', 1);
    expect(await subject.decide(token)).toBe('accepted');
    // The first fetch, and at most the two look-ups that are allowed at once.
    expect(issuer.requests.jwks).toBeLessThanOrEqual(3);
  });
});

describe('the last good set', () => {
  it.each([
    [undefined, HOUR_MS],
    [60, 60_000],
  ])(
    'is used for its age and staleIfErrorSeconds (%s), then calls are unavailable',
    async (...row) => {
      const [staleIfErrorSeconds, staleMs] = row;
      const server = await startKeyServer([key]);
      const options = staleIfErrorSeconds === undefined ? {} : { staleIfErrorSeconds };
      const subject = createSubject({ url: server.url }, options);
      await subject.authenticator.ready();
      const loadedMs = subject.clock.nowMs();
      server.say('', 503);
      const lastMs = loadedMs + 600_000 + staleMs - 1000;
      while (subject.clock.nowMs() < lastMs) {
        await run(subject, Math.min(lastMs - subject.clock.nowMs(), 10_000));
      }
      expect(await subject.decide(key.token())).toBe('accepted');
      await run(subject, 1000);
      const verdict = await subject.verdict(key.token());
      expect(verdict).toMatchObject({ code: 'unavailable', reason: 'jwks' });
      expect(retryAfterMs(verdict)).toBeGreaterThan(0);
      expect(retryAfterMs(verdict)).toBeLessThanOrEqual(72_000);
      expect(await subject.decide(unknownToken())).toBe('unavailable/jwks');
      server.publish([key]);
      await run(subject, 72_000);
      expect(await subject.decide(key.token())).toBe('accepted');
    },
  );

  it('is not used longer than its age if staleIfErrorSeconds is 0', async () => {
    const server = await startKeyServer([key]);
    const subject = createSubject({ url: server.url }, { staleIfErrorSeconds: 0 });
    await subject.authenticator.ready();
    server.say('', 503);
    await subject.clock.advance(599_999);
    expect(await subject.decide(key.token())).toBe('accepted');
    await subject.clock.advance(1);
    expect(await subject.decide(key.token())).toBe('unavailable/jwks');
  });

  it('is used once more if a timer was late, and is refreshed by the call', async () => {
    const [server, other] = [await startKeyServer([key]), createSigner('other')];
    let nowMs = Date.now();
    const clock = { nowMs: () => nowMs, setTimer: () => () => undefined };
    const { authenticator, decide, reported } = createSubject({ url: server.url }, { clock });
    await authenticator.ready();
    server.publish([other]);
    nowMs += 599_999;
    expect(await decide(key.token())).toBe('accepted');
    nowMs += 1;
    expect(await decide(key.token())).toBe('accepted');
    await reported('keys_refreshed', 2);
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
    expect(await decide(other.token())).toBe('accepted');
  });
});

describe('an outage during a look-up', () => {
  it.each([
    ['down', 'jwks'],
    ['http500', 'jwks'],
    ['http429', 'jwks'],
    ['garbage', 'jwks'],
    ['endless', 'jwks'],
    ['redirect', 'jwks'],
    ['hang', 'jwks'],
  ] as const)('is unavailable, never invalid_token (%s)', async (mode, reason) => {
    const { issuer, token } = await startIssuer();
    const options = { issuer: issuer.issuer, http: { timeoutMs: 100 } };
    const subject = createSubject({ url: issuer.jwksUri }, options);
    expect(await subject.decide(token)).toBe('accepted');
    issuer.fail(mode);
    const claims = { iss: issuer.issuer };
    const waiting = Array.from({ length: 20 }, () => subject.verdict(unknownToken('new', claims)));
    for (const verdict of await Promise.all(waiting)) {
      expect(verdict).toMatchObject({ code: 'unavailable', reason });
      expect(retryAfterMs(verdict)).toBeGreaterThan(0);
    }
    const after = await subject.verdict(unknownToken('new', claims));
    expect(after).toMatchObject({ code: 'unavailable', reason });
    expect(retryAfterMs(after)).toBeGreaterThan(0);
    expect(await subject.decide(token)).toBe('accepted');
    // The first fetch, and at most the two look-ups that are allowed at once.
    expect(issuer.requests.jwks).toBeLessThanOrEqual(3);
  });
});
