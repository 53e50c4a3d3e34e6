import { cached, ConfigError } from '@grpc-authn/core/authenticator';
import { createFakeClock, startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSubject } from './support/test-authenticator.ts';

const AUD = { aud: 'orders' };

let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await startTestIssuer();
  return () => issuer.close();
});

describe('verdicts that are kept', () => {
  it('make 1,000 calls with one token at one time one question', async () => {
    const { verdict } = createSubject({ issuer: issuer.issuer });
    const token = issuer.opaque(AUD);
    const verdicts = await Promise.all(Array.from({ length: 1000 }, () => verdict(token)));
    expect(new Set(verdicts).size).toBe(1);
    expect(verdicts[0]).toMatchObject({ subject: 'alice' });
    expect(issuer.requests).toMatchObject({ introspection: 1, discovery: 1 });
  });

  it('make 10,000 calls with 100 tokens 100 questions', async () => {
    const { decide } = createSubject({ issuer: issuer.issuer });
    const tokens = Array.from({ length: 100 }, () => issuer.opaque(AUD));
    for (let round = 0; round < 100; round += 1) {
      const outcomes = await Promise.all(tokens.map((token) => decide(token)));
      expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    }
    expect(issuer.requests.introspection).toBe(100);
  });

  it('are given without a promise', async () => {
    const { authenticator, principal } = createSubject({ issuer: issuer.issuer });
    const token = issuer.opaque(AUD);
    const verified = await principal(token);
    const { signal } = new AbortController();
    expect(authenticator.authenticate({ scheme: 'bearer', token }, { method: '', signal })).toBe(
      verified,
    );
  });

  it.each([
    ['300 s by default', {}, 300],
    ['maxAgeSeconds where that is said', { cache: { maxAgeSeconds: 60 } }, 60],
  ])('let a revoked token pass for at most %s', async (_, options, seconds) => {
    const clock = createFakeClock();
    const { decide } = createSubject({ issuer: issuer.issuer }, { clock, ...options });
    const token = issuer.opaque({ ...AUD, exp: undefined } as never);
    expect(await decide(token)).toBe('accepted');
    issuer.revoke(token);
    await clock.advance(seconds * 1000 - 1);
    expect(await decide(token)).toBe('accepted');
    expect(issuer.requests.introspection).toBe(1);
    await clock.advance(1);
    expect(await decide(token)).toBe('invalid_token/inactive');
    expect(issuer.requests.introspection).toBe(2);
  });

  it('are rejections for 10 s, and then the provider is asked again', async () => {
    const clock = createFakeClock();
    const { decide } = createSubject({ issuer: issuer.issuer }, { clock });
    for (let call = 0; call < 100; call += 1) {
      expect(await decide('junk')).toBe('invalid_token/inactive');
    }
    expect(issuer.requests.introspection).toBe(1);
    await clock.advance(9999);
    await decide('junk');
    expect(issuer.requests.introspection).toBe(1);
    await clock.advance(1);
    await decide('junk');
    expect(issuer.requests.introspection).toBe(2);
  });

  it('are never an outage', async () => {
    const { decide } = createSubject({ issuer: issuer.issuer });
    const token = issuer.opaque(AUD);
    await decide(issuer.opaque(AUD));
    issuer.fail('http500');
    expect(await decide(token)).toBe('unavailable/introspection');
    issuer.fail('none');
    expect(await decide(token)).toBe('accepted');
  });

  it('of good tokens outlive any flood of junk', async () => {
    const cache = { maxEntries: 4, negative: { maxEntries: 4 } };
    const { decide } = createSubject({ issuer: issuer.issuer }, { cache });
    const good = Array.from({ length: 4 }, () => issuer.opaque(AUD));
    for (const token of good) expect(await decide(token)).toBe('accepted');
    await Promise.all(Array.from({ length: 1000 }, (_, index) => decide(`junk-${index}`)));
    const asked = issuer.requests.introspection;
    for (const token of good) expect(await decide(token)).toBe('accepted');
    expect(issuer.requests.introspection).toBe(asked);
  });

  it('are none where that is said: each call is a question', async () => {
    const { decide } = createSubject({ issuer: issuer.issuer }, { cache: false });
    const token = issuer.opaque(AUD);
    for (let call = 0; call < 5; call += 1) expect(await decide(token)).toBe('accepted');
    issuer.revoke(token);
    expect(await decide(token)).toBe('invalid_token/inactive');
    expect(issuer.requests.introspection).toBe(6);
  });

  it('are cached once: a cache on this cache is a ConfigError', () => {
    const { authenticator } = createSubject({ issuer: issuer.issuer });
    expect(() => cached(authenticator)).toThrow(ConfigError);
    const uncached = createSubject({ issuer: issuer.issuer }, { cache: false });
    expect(() => cached(uncached.authenticator)).not.toThrow();
  });
});
