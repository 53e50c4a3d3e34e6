import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cached } from '../../src/compose/cached.ts';
import { createPrincipal } from '../../src/contract/principal.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { CallContext } from '../support/call-context.ts';
import {
  CountedAuthenticator,
  createCached,
  principalFor,
} from '../support/counted-authenticator.ts';
import { OpenVerdict } from '../support/stub-authenticator.ts';

const BOTH = [
  ['tokens', true],
  ['digests', false],
] as const;

describe.each(BOTH)('where %s are kept, a principal', (_, keepTokens) => {
  it('is stored for 300 s by default, and not a millisecond longer', () => {
    const { ask, clock, inner } = createCached({ keepTokens });
    const kept = ask('token');
    clock.advance(299_999);
    expect(ask('token')).toBe(kept);
    clock.advance(1);
    expect(ask('token')).not.toBe(kept);
    expect(inner.asked).toHaveLength(2);
  });

  it('is kept for maxAgeSeconds where that is said', () => {
    const { ask, clock, inner } = createCached({ keepTokens, maxAgeSeconds: 7 });
    ask('token');
    clock.advance(6999);
    ask('token');
    expect(inner.asked).toHaveLength(1);
    clock.advance(1);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('is not kept past its expiry', () => {
    const { ask, clock, inner } = createCached({ keepTokens }, (credentials) =>
      principalFor(credentials, clock, { expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 }),
    );
    ask('token');
    clock.advance(59_999);
    ask('token');
    expect(inner.asked).toHaveLength(1);
    clock.advance(1);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('is not kept at all where it has expired already', () => {
    const { ask, clock, inner } = createCached({ keepTokens }, (credentials) =>
      principalFor(credentials, clock, { expiresAtEpochSeconds: clock.nowMs() / 1000 }),
    );
    ask('token');
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });
});

describe('a principal that may not be kept', () => {
  it('takes nobody’s place', () => {
    const { ask, clock, inner } = createCached({ maxEntries: 1 }, (credentials) =>
      principalFor(credentials, clock, {
        expiresAtEpochSeconds: clock.nowMs() / 1000 + (credentials.token === 'over' ? 0 : 60),
      }),
    );
    const kept = ask('good');
    ask('over');
    expect(ask('good')).toBe(kept);
    expect(inner.asked).toHaveLength(2);
  });
});

describe('the age of a principal', () => {
  it('is counted from when it was verified, not from when it was kept', () => {
    const { ask, clock, inner } = createCached({ maxAgeSeconds: 300 }, (credentials) =>
      principalFor(credentials, clock, { verifiedAtEpochSeconds: clock.nowMs() / 1000 - 200 }),
    );
    ask('token');
    clock.advance(99_999);
    ask('token');
    expect(inner.asked).toHaveLength(1);
    clock.advance(1);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('may be too great from the start', () => {
    const { ask, clock, inner } = createCached({ maxAgeSeconds: 300 }, (credentials) =>
      principalFor(credentials, clock, { verifiedAtEpochSeconds: clock.nowMs() / 1000 - 300 }),
    );
    ask('token');
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('grows while its verification goes on', async () => {
    const verdict = new OpenVerdict();
    const { ask, clock, inner } = createCached({ maxAgeSeconds: 60 }, () => verdict.promise);
    const principal = principalFor({ scheme: 'bearer', token: 'token' }, clock);
    const asked = ask('token');
    clock.advance(50_000);
    verdict.resolve(principal);
    expect(await asked).toBe(principal);
    clock.advance(9999);
    expect(ask('token')).toBe(principal);
    clock.advance(1);
    void ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('is not renewed by hits', () => {
    const { ask, clock, inner } = createCached({ maxAgeSeconds: 60 });
    for (let second = 0; second < 60; second += 1) {
      ask('token');
      clock.advance(1000);
    }
    expect(inner.asked).toHaveLength(1);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });
});

it('a principal whose verification lies ahead of our clock is kept no longer for it', () => {
  const { ask, clock, inner } = createCached({ maxAgeSeconds: 10 }, (credentials, now) =>
    principalFor(credentials, now, { verifiedAtEpochSeconds: now.nowMs() / 1000 + 600 }),
  );
  ask('token');
  clock.advance(9999);
  ask('token');
  expect(inner.asked).toHaveLength(1);
  clock.advance(1);
  ask('token');
  expect(inner.asked).toHaveLength(2);
});

describe('a clock that goes back by an hour', () => {
  const HOUR_MS = 3_600_000;

  it('makes no principal live longer', () => {
    const { ask, clock, inner } = createCached({ maxAgeSeconds: 60 });
    ask('token');
    clock.advance(30_000);
    ask('token');
    clock.setBack(HOUR_MS);
    ask('token');
    clock.advance(29_999);
    ask('token');
    expect(inner.asked).toHaveLength(1);
    clock.advance(1);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('makes no principal live longer that was verified while it was ahead', () => {
    const { ask, clock, inner } = createCached({ maxAgeSeconds: 60 });
    clock.advance(HOUR_MS);
    ask('token');
    clock.setBack(HOUR_MS);
    ask('other');
    clock.advance(60_000);
    ask('token');
    expect(inner.asked).toHaveLength(3);
  });

  it('makes no refusal live longer', () => {
    const { ask, clock, inner } = createCached(
      { negative: { maxAgeSeconds: 10 } },
      () => new AuthError('invalid_token', 'signature'),
    );
    ask('token');
    clock.setBack(HOUR_MS);
    ask('token');
    expect(inner.asked).toHaveLength(1);
    clock.advance(10_000);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('makes no principal live longer where it is the system clock and nobody called meanwhile', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const inner = new CountedAuthenticator(() => createPrincipal({ authenticator: 'counted' }));
    const cache = cached(inner, { maxAgeSeconds: 60 });
    const ask = () => cache.authenticate({ scheme: 'bearer', token: 'token' }, new CallContext());
    void ask();
    vi.advanceTimersByTime(59_999);
    void ask();
    expect(inner.asked).toHaveLength(1);
    vi.setSystemTime(Date.now() - 59_999);
    vi.advanceTimersByTime(1);
    void ask();
    expect(inner.asked).toHaveLength(2);
  });
});
