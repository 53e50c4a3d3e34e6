import { describe, expect, it } from 'vitest';
import type { AuthenticatorEvent } from '../../src/contract/authenticator.ts';
import { cached } from '../../src/compose/cached.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { createCached, principalFor } from '../support/counted-authenticator.ts';
import { OpenVerdict, stubAuthenticator } from '../support/stub-authenticator.ts';

const EVENTS: readonly AuthenticatorEvent[] = [
  { type: 'keys_changed' },
  // Whatever it matches: only all is sure to be enough.
  { type: 'revoked', matches: () => false },
];

describe.each(EVENTS.map((event) => [event.type, event] as const))('%s', (_, event) => {
  it('makes the cache forget every principal', () => {
    const { ask, inner } = createCached();
    const kept = ['a', 'b', 'c'].map((token) => ask(token));
    inner.emit(event);
    expect(inner.asked).toHaveLength(3);
    for (const [index, token] of ['a', 'b', 'c'].entries()) {
      expect(ask(token)).not.toBe(kept[index]);
    }
    expect(inner.asked).toHaveLength(6);
  });

  it('makes it forget every refusal', () => {
    const { ask, inner } = createCached(
      { negative: {} },
      () => new AuthError('invalid_token', 'signature'),
    );
    ask('token');
    ask('token');
    expect(inner.asked).toHaveLength(1);
    inner.emit(event);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('is passed on to the listeners after the cache has dropped its verdicts', () => {
    const { ask, cache, inner } = createCached();
    ask('token');
    const heard: AuthenticatorEvent[] = [];
    const stop = cache.subscribe((passed) => {
      heard.push(passed);
      ask('token');
    });
    inner.emit(event);
    expect(heard).toEqual([event]);
    expect(heard[0]).toBe(event);
    expect(inner.asked).toHaveLength(2);
    stop();
    inner.emit(event);
    expect(heard).toHaveLength(1);
  });

  it('reaches each who listens, whatever another throws', () => {
    const { cache, inner } = createCached();
    let heard = 0;
    cache.subscribe(() => {
      throw new Error('a bug of a listener');
    });
    cache.subscribe(() => {
      heard += 1;
    });
    inner.emit(event);
    expect(heard).toBe(1);
  });

  it.each<readonly [string, unknown]>([
    ['principal', 'accepted'],
    ['refusal', new AuthError('invalid_token', 'signature')],
  ])('keeps out a %s whose verification was under way', async (__, outcome) => {
    const verdicts = [new OpenVerdict(), new OpenVerdict()] as const;
    const { ask, clock, inner } = createCached(
      { negative: {} },
      () => verdicts[inner.asked.length - 1]?.promise,
    );
    const answer =
      outcome === 'accepted' ? principalFor({ scheme: 'bearer', token: 't' }, clock) : outcome;
    const asked = ask('t');
    inner.emit(event);
    verdicts[0].resolve(answer);
    // A caller from before the event gets what was true then.
    expect(await asked).toBe(answer);
    void ask('t');
    expect(inner.asked).toHaveLength(2);
  });

  it('makes later callers verify again, and their verdicts are stored', async () => {
    const verdicts = [new OpenVerdict(), new OpenVerdict()] as const;
    const { ask, clock, inner } = createCached({}, () => verdicts[inner.asked.length - 1]?.promise);
    const [old, fresh] = [1, 2].map(() => principalFor({ scheme: 'bearer', token: 't' }, clock));
    const before = ask('t');
    inner.emit(event);
    const after = ask('t');
    expect(inner.asked).toHaveLength(2);
    // The old one lands first, and takes nothing of the new one with it.
    verdicts[0].resolve(old);
    expect(await before).toBe(old);
    const joined = ask('t');
    expect(inner.asked).toHaveLength(2);
    verdicts[1].resolve(fresh);
    expect(await after).toBe(fresh);
    expect(await joined).toBe(fresh);
    expect(ask('t')).toBe(fresh);
    expect(inner.asked).toHaveLength(2);
  });

  it('keeps out the old where it lands after the new', async () => {
    const verdicts = [new OpenVerdict(), new OpenVerdict()] as const;
    const { ask, clock, inner } = createCached({}, () => verdicts[inner.asked.length - 1]?.promise);
    const [old, fresh] = [1, 2].map(() => principalFor({ scheme: 'bearer', token: 't' }, clock));
    const before = ask('t');
    inner.emit(event);
    const after = ask('t');
    verdicts[1].resolve(fresh);
    await after;
    verdicts[0].resolve(old);
    await before;
    expect(ask('t')).toBe(fresh);
  });
});

describe('close()', () => {
  it('forgets all, stops listening, and closes what is inside once', async () => {
    const { ask, cache, inner } = createCached();
    ask('token');
    expect(inner.listening).toBe(1);
    await cache.close();
    expect(inner.listening).toBe(0);
    expect(inner.closed).toBe(1);
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('keeps out what was being verified', async () => {
    const verdict = new OpenVerdict();
    const { ask, cache, clock, inner } = createCached({}, () => verdict.promise);
    const asked = ask('token');
    await cache.close();
    verdict.resolve(principalFor({ scheme: 'bearer', token: 'token' }, clock));
    await asked;
    void ask('token');
    expect(inner.asked).toHaveLength(2);
  });

  it('fails where what is inside fails to close', async () => {
    const failure = new Error('x');
    const cache = cached(
      stubAuthenticator(() => undefined, { close: () => Promise.reject(failure) }),
    );
    await expect(cache.close()).rejects.toBe(failure);
  });
});

describe('ready()', () => {
  it('waits for what is inside, under the signal that it is given', async () => {
    const signals: unknown[] = [];
    const cache = cached(
      stubAuthenticator(() => undefined, { ready: async (signal) => void signals.push(signal) }),
    );
    const { signal } = new AbortController();
    await cache.ready(signal);
    expect(signals).toEqual([signal]);
  });

  it('resolves, as close() does, where what is inside has neither', async () => {
    const cache = cached(stubAuthenticator(() => undefined));
    await expect(cache.ready()).resolves.toBeUndefined();
    await expect(cache.close()).resolves.toBeUndefined();
  });
});

it('nothing is kept once it is closed', async () => {
  const { ask, cache, inner } = createCached();
  await cache.close();
  ask('token');
  ask('token');
  expect(inner.asked).toHaveLength(2);
});
