import { AsyncLocalStorage } from 'node:async_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import { createFakeClock } from '@grpc-authn/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../src/index.ts';
import { RefreshedValue } from '../src/refresh/refreshed-value.ts';
import type { RefreshedValueOptions } from '../src/refresh/refreshed-value-options.ts';

const MAX_AGE_MS = 600_000;

interface Version {
  readonly version: number;
}

/** Each load returns the next version, until `fail` is called. */
function createSubject(options: Partial<RefreshedValueOptions<Version>> = {}) {
  const clock = createFakeClock();
  const reasons: string[] = [];
  let failure: Error | undefined;
  let version = 0;
  const value = new RefreshedValue<Version>({
    clock,
    reason: 'jwks',
    staleIfErrorMs: 3_600_000,
    load: async (why) => {
      reasons.push(why);
      if (failure !== undefined) throw failure;
      version += 1;
      return { value: { version }, maxAgeMs: MAX_AGE_MS };
    },
    ...options,
  });
  return {
    clock,
    value,
    reasons,
    loads: () => reasons.length,
    fail: (error: Error | undefined = new Error('down')) => (failure = error),
    recover: () => (failure = undefined),
  };
}

const settle = (): Promise<void> => new Promise(setImmediate);

// The jitter at its middle.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void vi.restoreAllMocks());

describe('get()', () => {
  it('loads the first value once for all callers', async () => {
    const { value, loads } = createSubject();
    const answers = await Promise.all([value.get(), value.get(), value.get()]);
    expect(answers).toEqual([{ version: 1 }, { version: 1 }, { version: 1 }]);
    expect(loads()).toBe(1);
  });

  it('returns a current value without a promise', async () => {
    const { value, clock, loads } = createSubject();
    await value.get();
    await clock.advance(MAX_AGE_MS - 1);
    expect(value.get()).toEqual({ version: 1 });
    expect(loads()).toBe(1);
  });

  it('returns an outdated value, and loads the next one in the background', async () => {
    const { value, clock } = createSubject();
    await value.get();
    await clock.advance(MAX_AGE_MS);
    expect(value.get()).toEqual({ version: 1 });
    await settle();
    expect(value.get()).toEqual({ version: 2 });
  });

  it('waits for the next value where a stale one may not be used', async () => {
    const { value, clock } = createSubject({ staleIfErrorMs: 0 });
    await value.get();
    await clock.advance(MAX_AGE_MS);
    const answer = value.get();
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toEqual({ version: 2 });
  });

  it('loads in no caller’s async context', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { value } = createSubject({
      load: async () => {
        seen.push(store.getStore());
        return { value: { version: 1 }, maxAgeMs: MAX_AGE_MS };
      },
    });
    await store.run('a caller', async () => value.get());
    expect(seen).toEqual([undefined]);
  });
});

describe('during an outage', () => {
  it('the last value is used for its age and staleIfErrorMs, and not a millisecond longer', async () => {
    const { value, clock, fail } = createSubject();
    await value.get();
    fail();
    await clock.advance(MAX_AGE_MS + 3_600_000 - 1);
    expect(value.get()).toEqual({ version: 1 });
    expect(value.peek()).toEqual({ version: 1 });
    await settle();
    await clock.advance(1);
    expect(value.peek()).toBeUndefined();
    expect(await value.get()).toMatchObject({ code: 'unavailable', reason: 'jwks' });
  });

  it('get() asks again only after the back-off', async () => {
    const { value, clock, fail, recover, loads } = createSubject();
    fail();
    expect(await value.get()).toMatchObject({ code: 'unavailable', retryAfterMs: 2000 });
    recover();
    await clock.advance(1999);
    expect(value.get()).toMatchObject({ code: 'unavailable', retryAfterMs: 1 });
    expect(value.paused).toBe(true);
    expect(loads()).toBe(1);
    await clock.advance(1);
    expect(value.paused).toBe(false);
    expect(await value.get()).toEqual({ version: 1 });
  });

  it('refresh() asks at once', async () => {
    const { value, fail, recover } = createSubject();
    fail();
    await value.get();
    recover();
    expect(await value.refresh('lookUp')).toEqual({ version: 1 });
  });

  it('the delay is limited by maxBackOffMs', async () => {
    const { value, fail } = createSubject({ maxBackOffMs: 2000 });
    fail();
    for (let failure = 0; failure < 5; failure += 1) {
      expect(await value.refresh()).toMatchObject({ retryAfterMs: 2000 });
    }
  });

  it('a longer Retry-After is honoured', async () => {
    const { value, fail } = createSubject();
    fail(new ProviderError('status', 'down', { status: 503, retryAfterMs: 90_000 }));
    expect(await value.get()).toMatchObject({ retryAfterMs: 90_000 });
  });

  it('the error has the cause and the reason of the load', async () => {
    const { value, fail } = createSubject();
    const cause = new ProviderError('connection', 'down');
    fail(new AuthError('unavailable', 'discovery', { cause }));
    expect(await value.get()).toMatchObject({ reason: 'discovery', cause });
  });

  it('failures and the recovery are reported', async () => {
    const events: unknown[] = [];
    const { value, fail, recover } = createSubject({
      onRefreshed: (event) => events.push(event),
      onFailed: ({ retryInMs, hasValue }) => events.push({ retryInMs, hasValue }),
    });
    await value.get();
    fail();
    await value.refresh();
    recover();
    await value.refresh();
    await value.refresh();
    expect(events).toEqual([
      { value: { version: 1 }, previous: undefined, recovered: false },
      { retryInMs: 2000, hasValue: true },
      { value: { version: 2 }, previous: { version: 1 }, recovered: true },
      { value: { version: 3 }, previous: { version: 2 }, recovered: false },
    ]);
  });
});

describe('with ahead', () => {
  it('the value is refreshed by a timer before its age, without a call', async () => {
    const { value, clock, loads, reasons } = createSubject({ ahead: true });
    await value.get();
    await clock.advance(MAX_AGE_MS * 0.82);
    expect(loads()).toBe(1);
    await clock.advance(MAX_AGE_MS * 0.01);
    expect(loads()).toBe(2);
    expect(reasons).toEqual(['refresh', 'refresh']);
  });

  it('an outage ends without a call', async () => {
    const { value, clock, fail, recover } = createSubject({ ahead: true });
    fail();
    await value.get();
    recover();
    await clock.advance(2000);
    await settle();
    expect(value.get()).toEqual({ version: 1 });
  });

  it('without it nothing is loaded until the next call', async () => {
    const { value, clock, loads } = createSubject();
    await value.get();
    await clock.advance(10 * MAX_AGE_MS);
    await settle();
    expect(loads()).toBe(1);
  });
});

describe('ready()', () => {
  it('rejects during an outage, and resolves once there is a value', async () => {
    const { value, clock, fail, recover } = createSubject();
    fail();
    await expect(value.ready()).rejects.toMatchObject({ code: 'unavailable' });
    recover();
    await clock.advance(2000);
    await expect(value.ready()).resolves.toBeUndefined();
  });

  it('rejects with the reason of its signal, and the load goes on', async () => {
    const { value } = createSubject();
    const ending = new AbortController();
    const ready = value.ready(ending.signal);
    ending.abort(new Error('enough'));
    await expect(ready).rejects.toThrow('enough');
    await settle();
    expect(value.get()).toEqual({ version: 1 });
  });
});

describe('close()', () => {
  it('is final: the value is not used, and nothing is loaded', async () => {
    const { value, clock, loads } = createSubject({ ahead: true });
    await value.get();
    await value.close();
    expect(value.get()).toMatchObject({ code: 'unavailable' });
    expect(value.peek()).toBeUndefined();
    expect(value.paused).toBe(true);
    expect(await value.refresh()).toMatchObject({ code: 'unavailable' });
    await clock.advance(10 * MAX_AGE_MS);
    await settle();
    expect(loads()).toBe(1);
  });

  it('waits for a load in progress, whose value is not used', async () => {
    const events: unknown[] = [];
    const { value, clock } = createSubject({ ahead: true, onRefreshed: (e) => events.push(e) });
    const answer = value.get();
    await value.close();
    expect(await answer).toMatchObject({ code: 'unavailable' });
    await clock.advance(10 * MAX_AGE_MS);
    expect(events).toEqual([]);
  });
});
