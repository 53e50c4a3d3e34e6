import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCountedClock } from '../../jwks/test/support/counted-clock.ts';
import {
  type AccessToken,
  createTokenSource,
  type RenewalOptions,
  TokenUnavailableError,
} from '../src/index.ts';

type Answer = Partial<AccessToken> | Error | 'hangs';
type Answers = readonly ((nowSeconds: number) => Answer)[];

/** A source whose requests are answered in turn; the last answer is repeated. Tokens are t1, t2, … */
function start(options: RenewalOptions & { readonly answers?: Answers } = {}) {
  const { answers = [(now) => ({ expiresAtEpochSeconds: now + 600 })], ...renewal } = options;
  const clock = createCountedClock();
  const timeOfDay = renewal.clock ?? clock;
  const events: string[] = [];
  const signals: AbortSignal[] = [];
  const source = createTokenSource(
    async ({ signal }) => {
      signals.push(signal);
      const number = signals.length;
      const answer = answers[Math.min(number, answers.length) - 1]?.(timeOfDay.nowMs() / 1000);
      await Promise.resolve();
      if (answer instanceof Error) throw answer;
      if (answer === 'hangs') return new Promise(() => undefined);
      return { token: `t${number}`, ...answer };
    },
    { clock, report: ({ type }) => events.push(type), ...renewal },
  );
  onTestFinished(() => source.close());
  const token = async (signal?: AbortSignal): Promise<string> =>
    (await source.get(signal === undefined ? {} : { signal })).token;
  return { source, clock, events, signals, token, requests: () => signals.length };
}

/** Its time of day can be set back; timers go on. */
function startOnMovableClock(answers: Answers = [lasting(600)]) {
  let backMs = 0;
  const clock = createCountedClock();
  const movable = { ...clock, nowMs: () => clock.nowMs() - backMs };
  return { ...start({ answers, clock: movable }), clock, setBack: (ms: number) => (backMs += ms) };
}

const lasting = (seconds: number) => (now: number) => ({ expiresAtEpochSeconds: now + seconds });
const failing =
  (message = 'POST https://id.example.com/token: answered 503', more: object = {}) =>
  () =>
    Object.assign(new Error(message), more);

describe('a token', () => {
  it('is requested once for 10,000 calls that come at once', async () => {
    const { token, requests } = start();
    const tokens = await Promise.all(Array.from({ length: 10_000 }, () => token()));
    expect(new Set(tokens)).toEqual(new Set(['t1']));
    expect(requests()).toBe(1);
  });

  it('is requested once for 10,000 calls that come when it has expired', async () => {
    const { token, requests, clock } = start();
    await token();
    await clock.advance(601_000);
    const tokens = await Promise.all(Array.from({ length: 10_000 }, () => token()));
    expect(new Set(tokens)).toEqual(new Set(['t2']));
    expect(requests()).toBe(2);
  });

  it('is renewed in the background before it expires: no call waits', async () => {
    const { token, requests, clock, events } = start({ renewAheadSeconds: 60 });
    await token();
    await clock.advance(539_000);
    expect(await token()).toBe('t1');
    expect(requests()).toBe(1);
    await clock.advance(13_001);
    expect(await token()).toBe('t1');
    expect(requests()).toBe(2);
    await vi.waitFor(() => expect(events).toEqual(['renewed', 'renewed']));
    expect(await token()).toBe('t2');
  });

  it('is renewed ahead by a third of its lifetime at most', async () => {
    const { token, requests, clock } = start({ answers: [lasting(90)] });
    await token();
    await clock.advance(59_000);
    await token();
    expect(requests()).toBe(1);
    await clock.advance(7_001);
    await token();
    expect(requests()).toBe(2);
  });

  it('is not renewed while nobody calls', async () => {
    const { token, requests, clock } = start();
    await token();
    await clock.advance(86_400_000);
    expect(requests()).toBe(1);
  });

  it.each([
    ['without an expiry', () => ({})],
    ['that lasts 5 s', lasting(5)],
    ['that has expired already', lasting(-1)],
    ['by a clock that is an hour late', lasting(-3600 + 600)],
    ['by a clock that is an hour early', lasting(3600 + 600)],
  ])('%s is requested at most once in 10 s', async (_, answer) => {
    const { token, requests, clock } = start({ answers: [answer], maxAgeSeconds: 10 });
    for (let second = 0; second < 60; second += 1) {
      await token();
      await clock.advance(1000);
    }
    expect(requests()).toBeLessThanOrEqual(6);
  });

  it('without an expiry is used for maxAgeSeconds', async () => {
    const { token, requests, clock } = start({ answers: [() => ({})], maxAgeSeconds: 100 });
    await token();
    await clock.advance(66_000);
    expect(await token()).toBe('t1');
    expect(requests()).toBe(1);
    await clock.advance(35_000);
    expect(await token()).toBe('t2');
  });
});

describe('a renewal that fails', () => {
  it('for a minute is noticed by no call while the token is good', async () => {
    const { token, clock, requests, events } = start({
      answers: [lasting(600), ...Array.from({ length: 6 }, () => failing()), lasting(600)],
      renewAheadSeconds: 120,
    });
    await token();
    await clock.advance(505_000);
    for (let second = 0; second < 90; second += 1) {
      expect(await token()).toMatch(/^t[18]$/);
      await clock.advance(1000);
    }
    expect(await token()).toBe('t8');
    // After 1, 2, 4, 8, 16 and 32 s, each varied by a fifth.
    expect(requests()).toBe(8);
    expect(events.filter((type) => type === 'renewal_failed')).toHaveLength(6);
  });

  it('is an error that says what failed, once the token has expired', async () => {
    const { source, token, clock } = start({ answers: [lasting(600), failing()] });
    await token();
    await clock.advance(600_000);
    const error = await source.get().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenUnavailableError);
    expect((error as Error).message).toBe(
      'no access token: POST https://id.example.com/token: answered 503',
    );
    expect((error as TokenUnavailableError).retryAfterMs).toBeGreaterThanOrEqual(800);
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it('is not repeated for each call', async () => {
    const { token, requests, clock } = start({ answers: [failing()] });
    for (let call = 0; call < 1000; call += 1) await token().catch(() => undefined);
    expect(requests()).toBe(1);
    await clock.advance(1201);
    await token().catch(() => undefined);
    expect(requests()).toBe(2);
  });

  it('waits as long as the provider asks (Retry-After)', async () => {
    const { token, requests, clock } = start({
      answers: [failing('answered 429', { retryAfterMs: 30_000 }), lasting(600)],
    });
    await token().catch(() => undefined);
    await clock.advance(29_000);
    await token().catch(() => undefined);
    expect(requests()).toBe(1);
    await clock.advance(1001);
    expect(await token()).toBe('t2');
  });

  it.each([
    ['a day', 86_400_000],
    ['for ever', Number.POSITIVE_INFINITY],
    ['something else', Number.NaN],
    ['the past', -1],
  ])('waits for a minute at most where the provider asks for %s', async (_, retryAfterMs) => {
    const { token, clock } = start({
      answers: [failing('answered 429', { retryAfterMs }), lasting(600)],
    });
    await token().catch(() => undefined);
    await clock.advance(60_000);
    expect(await token()).toBe('t2');
  });

  it('after half a minute without an answer is given up, and its request aborted', async () => {
    const { token, clock, signals } = start({ answers: [() => 'hangs'] });
    const waiting = token().catch((error: unknown) => String(error));
    await clock.advance(30_000);
    expect(await waiting).toContain('no token in 30 s');
    expect(signals[0]?.aborted).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['a token with a space', { token: 'canary b' }],
    ['a token with a newline', { token: 'canary\n' }],
    ['an empty token', { token: '' }],
    ['a token that is no string', { token: 5 }],
    ['an expiry that is no number', { token: 'canary', expiresAtEpochSeconds: 'soon' }],
    ['an expiry of NaN', { token: 'canary', expiresAtEpochSeconds: Number.NaN }],
    ['an expiry in milliseconds', { token: 'canary', expiresAtEpochSeconds: 1_700_000_000_000 }],
    ['an expiry before 1970', { token: 'canary', expiresAtEpochSeconds: -1 }],
  ])('is an answer of %s, which is not shown', async (_, answer) => {
    const source = createTokenSource(async () => answer as AccessToken);
    const error = String(await source.get().catch((thrown: unknown) => thrown));
    expect(error).toMatch(/no access token: (token|expiresAtEpochSeconds): expected/);
    expect(error).not.toContain('canary');
  });
});

it('an answer that is no promise is taken', async () => {
  const request = (() => ({ token: 'at-once' })) as unknown as () => Promise<AccessToken>;
  expect((await createTokenSource(request).get()).token).toBe('at-once');
});

describe('a clock that goes back by an hour', () => {
  it('delays no renewal', async () => {
    const { source, token, clock, setBack } = startOnMovableClock();
    const refused = await source.get();
    setBack(3_600_000);
    source.invalidate(refused);
    await token();
    await clock.advance(10_000);
    expect(await token()).toBe('t2');
  });

  it('delays no request after a failure', async () => {
    const { token, clock, setBack } = startOnMovableClock([failing(), lasting(600)]);
    await token().catch(() => undefined);
    setBack(3_600_000);
    await token().catch(() => undefined);
    await clock.advance(1_201);
    expect(await token()).toBe('t2');
  });

  it('makes no token without an expiry live longer', async () => {
    const { token, clock, setBack } = startOnMovableClock([() => ({})]);
    await token();
    setBack(3_600_000);
    await token();
    await clock.advance(10_000);
    // In the background.
    await token();
    await clock.advance(1);
    expect(await token()).toBe('t2');
  });
});

describe('a caller that aborts', () => {
  it('does not affect the others', async () => {
    const { token } = start();
    const leaving = new AbortController();
    const gone = token(leaving.signal);
    const others = Promise.all(Array.from({ length: 99 }, () => token()));
    leaving.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    expect(new Set(await others)).toEqual(new Set(['t1']));
  });

  it('before the request gets no token and causes none', async () => {
    const { token, requests } = start();
    await expect(token(AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    expect(requests()).toBe(0);
  });
});

describe('a token that a server refused', () => {
  it('is renewed with the next call', async () => {
    const { source, token, clock } = start();
    const refused = await source.get();
    await clock.advance(10_000);
    source.invalidate(refused);
    expect(await token()).toBe('t2');
  });

  it('is renewed once for a thousand calls that report it late', async () => {
    const { source, token, clock, requests } = start();
    const refused = await source.get();
    await clock.advance(10_000);
    await Promise.all(
      Array.from({ length: 1000 }, async () => {
        source.invalidate(refused);
        await token();
      }),
    );
    source.invalidate(refused);
    await clock.advance(10_000);
    expect(await token()).toBe('t2');
    expect(requests()).toBe(2);
  });

  it('is renewed at most once in 10 s by a server that refuses every one, and then less often', async () => {
    const { source, clock, requests } = start();
    for (let second = 0; second < 60; second += 1) {
      source.invalidate(await source.get());
      await clock.advance(1000);
    }
    expect(requests()).toBeLessThanOrEqual(6);
    const before = requests();
    for (let second = 0; second < 600; second += 1) {
      source.invalidate(await source.get());
      await clock.advance(1000);
    }
    expect(requests() - before).toBeLessThanOrEqual(6);
  });

  it('as expired after it was good for a while is renewed at once, however often', async () => {
    // The client's clock is late: it does not notice the expiry itself.
    const { source, token, clock, requests } = start({ answers: [lasting(3600)] });
    for (let renewals = 1; renewals < 20; renewals += 1) {
      const refused = await source.get();
      await clock.advance(15_000);
      source.invalidate(refused);
      await token();
      expect(requests()).toBe(renewals + 1);
    }
  });

  it('that refuses every one makes no call of another server use an expired token', async () => {
    const { source, clock } = start({ answers: [lasting(30)] });
    for (let second = 0; second < 1200; second += 1) {
      const { expiresAtEpochSeconds = 0, ...current } = await source.get();
      expect(expiresAtEpochSeconds).toBeGreaterThan(clock.nowMs() / 1000);
      source.invalidate(current);
      await clock.advance(1000);
    }
  });

  it('is used without a wait, once its renewal has failed', async () => {
    const { source, token, clock, requests } = start({ answers: [lasting(600), () => 'hangs'] });
    source.invalidate(await source.get());
    await clock.advance(10_000);
    const first = token();
    await clock.advance(30_000);
    expect(await first).toBe('t1');
    await clock.advance(1201);
    // The next request hangs, too.
    expect(await token()).toBe('t1');
    expect(requests()).toBe(3);
  });

  it('is used until its expiry where the renewal fails: another server may accept it', async () => {
    const { source, token, clock } = start({ answers: [lasting(600), failing()] });
    const refused = await source.get();
    await clock.advance(10_000);
    source.invalidate(refused);
    expect([await token(), await token()]).toEqual(['t1', 't1']);
  });
});

describe('close()', () => {
  it('aborts the request; waiting and later calls are rejected', async () => {
    const { source, token, signals } = start({ answers: [() => 'hangs'] });
    const waiting = token();
    const closed = source.close();
    await expect(waiting).rejects.toThrow('the token source is closed');
    await closed;
    await expect(token()).rejects.toThrow('the token source is closed');
    expect(signals[0]?.aborted).toBe(true);
  });

  it('rejects calls that wait for the renewal of a refused token', async () => {
    const { source, token, clock } = start({ answers: [lasting(600), () => 'hangs'] });
    source.invalidate(await source.get());
    await clock.advance(10_000);
    const waiting = token();
    await source.close();
    await expect(waiting).rejects.toThrow('the token source is closed');
  });

  it('reports no failure', async () => {
    const { source, token, events } = start({ answers: [() => 'hangs'] });
    const waiting = token().catch(() => undefined);
    await source.close();
    await waiting;
    expect(events).toEqual([]);
  });

  it('leaves no timer', async () => {
    const { source, token, clock } = start();
    await token();
    await source.close();
    expect(clock.waiting).toBe(0);
  });
});

it.each<readonly [() => void]>([
  [
    () => {
      throw new Error('broken');
    },
  ],
  [() => Promise.reject(new Error('broken'))],
])('a report that fails ends no call', async (report) => {
  const { token } = start({ report });
  expect(await token()).toBe('t1');
});

it.each([
  [{ renewAheadSeconds: -1 }, 'renewAheadSeconds: expected seconds from 0 to 86400, received -1'],
  [
    { renewAheadSeconds: Number.NaN },
    'renewAheadSeconds: expected seconds from 0 to 86400, received NaN',
  ],
  [{ maxAgeSeconds: 9 }, 'maxAgeSeconds: expected seconds from 10 to 86400, received 9'],
  [{ maxAgeSeconds: '300' }, 'maxAgeSeconds: expected seconds from 10 to 86400, received string'],
])('a wrong option is a TypeError: %j', (options, message) => {
  expect(() => createTokenSource(async () => ({ token: 'a' }), options as RenewalOptions)).toThrow(
    message,
  );
});
