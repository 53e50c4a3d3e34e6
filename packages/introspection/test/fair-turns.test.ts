import { getEventListeners } from 'node:events';
import type { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createCountingClock } from './support/counting-clock.ts';
import { createHeld, type HeldSubject } from './support/held-provider.ts';

const FLOOD = '192.0.2.66:1';
const GOOD = '198.51.100.7:1';

/** So many questions of one connection, each about a token of its own. */
function flood({ decide }: HeldSubject, count: number, address = FLOOD) {
  const name = address.replaceAll(/[^0-9]/g, '-');
  const signals = Array.from({ length: count }, () => new AbortController());
  const calls = signals.map(({ signal }, index) =>
    decide(`junk-${name}-${index}`, signal, address),
  );
  return {
    calls,
    /** All that still wait leave. */
    leave: async (): Promise<readonly string[]> => {
      for (const leaving of signals) leaving.abort();
      return Promise.all(calls);
    },
  };
}

/** A provider with one place, which is taken. */
async function createBusy(options: Parameters<typeof createHeld>[0] = {}) {
  const subject = await createHeld(options);
  const first = subject.decide('first');
  await subject.untilAsked(1);
  return { ...subject, first };
}

describe('questions that wait for a place', () => {
  it.each<readonly [string, Parameters<typeof createHeld>[0]]>([
    ['with a cache', {}],
    ['without a cache', { cache: false }],
  ])('are sent for each peer in turn, %s: 1,000 of one delay no other', async (_, options) => {
    const subject = await createBusy(options);
    const { decide, untilAsked, answerOne, asked } = subject;
    const junk = flood(subject, 1000);
    const good = decide('good', undefined, GOOD);
    answerOne();
    await untilAsked(2);
    answerOne();
    await untilAsked(3);
    expect(asked()[2]).toBe('good');
    await junk.leave();
    subject.answerAll();
    expect(await good).toBe('accepted');
  });

  it('are sent for each connection of a peer in turn', async () => {
    const subject = await createBusy();
    const { decide, untilAsked, answerOne, asked } = subject;
    const floods = ['192.0.2.66:1', '192.0.2.66:2'].map((address) => flood(subject, 50, address));
    const good = decide('good', undefined, '192.0.2.66:3');
    for (let answered = 1; answered <= 3; answered += 1) {
      answerOne();
      await untilAsked(1 + answered);
    }
    expect(asked()[3]).toBe('good');
    subject.answerAll();
    expect(await good).toBe('accepted');
    await Promise.all(floods.flatMap(({ calls }) => calls));
  });

  it('are sent in the order of their arrival on one connection', async () => {
    const { decide, answerAll, asked } = await createBusy();
    const tokens = ['a', 'b', 'c', 'd'];
    const calls = tokens.map((token) => decide(token));
    answerAll();
    await Promise.all(calls);
    expect(asked()).toEqual(['first', ...tokens]);
  });

  it('are at most 8,192 of one peer: the newest of its largest connection is refused', async () => {
    const subject = await createBusy({ cache: false });
    const junk = flood(subject, 8192);
    const other = subject.decide('other', undefined, '192.0.2.66:2');
    expect(await junk.calls.at(-1)).toBe('unavailable/overloaded');
    const good = subject.decide('good', undefined, GOOD);
    expect((await junk.leave()).slice(0, -1)).not.toContain('unavailable/overloaded');
    subject.answerAll();
    expect(await Promise.all([other, good])).toEqual(['accepted', 'accepted']);
    expect(subject.asked()).toEqual(['first', 'other', 'good']);
  });

  it('are at most 16,384: the newest of the largest peer is refused', async () => {
    const subject = await createBusy({ cache: false });
    const floods = [7000, 7168, 2216].map((count, peer) =>
      flood(subject, count, `192.0.2.${peer}:1`),
    );
    const good = subject.decide('good', undefined, GOOD);
    expect(await floods[1]?.calls.at(-1)).toBe('unavailable/overloaded');
    const outcomes = (await Promise.all(floods.map(({ leave }) => leave()))).flat();
    expect(outcomes.filter((outcome) => outcome === 'unavailable/overloaded')).toHaveLength(1);
    subject.answerAll();
    expect(await good).toBe('accepted');
    expect(subject.asked()).toEqual(['first', 'good']);
  });

  it('are as many as the limits of their guard allow', async () => {
    const subject = await createBusy({ cache: false });
    const queueKeys = { peer: 'a', connection: 1, maxWaiting: 20_000, maxWaitingPerPeer: 9000 };
    const signals = Array.from({ length: 9001 }, () => new AbortController());
    const calls = signals.map(({ signal }, index) =>
      subject.authenticator.authenticate({ scheme: 'bearer', token: `t-${index}` }, {
        method: '/a.B/C',
        signal,
        queueKeys,
      } as never),
    );
    expect(await calls.at(-1)).toMatchObject({ reason: 'overloaded', retryAfterMs: 1000 });
    for (const leaving of signals) leaving.abort();
    const reasons = await Promise.all(
      calls.map(async (verdict) => ((await verdict) as AuthError).reason),
    );
    expect(reasons.filter((reason) => reason === 'overloaded')).toHaveLength(1);
  });

  it('leave at once when their callers do', async () => {
    const subject = await createBusy({ cache: false });
    const junk = flood(subject, 8192);
    await new Promise(setImmediate);
    expect(new Set(await junk.leave())).toEqual(new Set(['unavailable/timeout']));
    const next = flood(subject, 100);
    subject.answerAll();
    expect(new Set(await Promise.all(next.calls))).toEqual(new Set(['accepted']));
    expect(subject.asked()).toHaveLength(101);
  });

  it('have one timer, which ends with the last one', async () => {
    const clock = createCountingClock();
    const subject = await createBusy({ cache: false, clock });
    const before = clock.timers();
    const { calls } = flood(subject, 100);
    await clock.advance(0);
    expect(clock.timers() - before).toBe(1);
    expect(clock.pending()).toBe(2);
    subject.answerAll();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['accepted']));
    expect(clock.pending()).toBe(0);
  });

  it('leave no listener behind, answered or not', async () => {
    const { decide, answerAll } = await createBusy({ cache: false });
    const [answered, left] = [new AbortController(), new AbortController()];
    const calls = [decide('answered', answered.signal), decide('left', left.signal)];
    left.abort();
    answerAll();
    expect(await Promise.all(calls)).toEqual(['accepted', 'unavailable/timeout']);
    for (const { signal } of [answered, left])
      expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('lose no place, whatever the moment at which a caller leaves', async () => {
    for (let microtasks = 0; microtasks < 12; microtasks += 1) {
      const { decide, first, answerOne, answerAll } = await createBusy();
      const leaving = new AbortController();
      const waiting = decide('waiting', leaving.signal);
      answerOne();
      await first;
      for (let turn = 0; turn < microtasks; turn += 1) await Promise.resolve();
      leaving.abort();
      await waiting;
      answerAll();
      expect(await decide('last')).toBe('accepted');
    }
  });
});
