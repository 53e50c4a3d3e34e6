import type { Clock } from '@grpc-authn/core/authenticator';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { TimeLimit } from '../src/time-limit.ts';

function createLimit({ clock = createFakeClock(0), ms = 1000 } = {}) {
  const ended: (readonly [string, number])[] = [];
  let [timers, pending] = [0, 0];
  const counting: Clock = {
    nowMs: () => clock.nowMs(),
    setTimer(delayMs, fire) {
      timers += 1;
      pending += 1;
      let isPending = true;
      const end = (): void => {
        if (isPending) pending -= 1;
        isPending = false;
      };
      const cancel = clock.setTimer(delayMs, () => {
        end();
        fire();
      });
      return () => {
        end();
        cancel();
      };
    },
  };
  const limit = new TimeLimit<string>(ms, counting, (item) => ended.push([item, clock.nowMs()]));
  return { limit, clock, ended, timers: () => timers, pending: () => pending };
}

describe('time limits of the same length', () => {
  it('end each at its own time', async () => {
    const { limit, clock, ended } = createLimit();
    limit.begin('a');
    await clock.advance(300);
    limit.begin('b');
    limit.begin('c');
    await clock.advance(10_000);
    expect(ended).toEqual([
      ['a', 1000],
      ['b', 1300],
      ['c', 1300],
    ]);
  });

  it('are not early', async () => {
    const { limit, clock, ended } = createLimit();
    limit.begin('a');
    await clock.advance(999);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended).toEqual([['a', 1000]]);
  });

  it('have one timer, however many they are', async () => {
    const { limit, clock, timers, pending } = createLimit();
    for (let index = 0; index < 1000; index += 1) limit.begin(`item ${index}`);
    expect([timers(), pending()]).toEqual([1, 1]);
    await clock.advance(1000);
    expect([timers(), pending()]).toEqual([1, 0]);
  });

  it('leave no timer behind where all are cancelled', () => {
    const { limit, pending } = createLimit();
    limit.begin('a');
    limit.begin('b');
    limit.cancel('a');
    expect(pending()).toBe(1);
    limit.cancel('b');
    limit.cancel('b');
    expect(pending()).toBe(0);
  });

  it('end at their own time where the oldest is cancelled', async () => {
    const { limit, clock, ended } = createLimit();
    limit.begin('a');
    await clock.advance(400);
    limit.begin('b');
    limit.cancel('a');
    await clock.advance(10_000);
    expect(ended).toEqual([['b', 1400]]);
  });

  it('begin and cancel others when one ends', async () => {
    const clock = createFakeClock(0);
    const ended: string[] = [];
    const limit = new TimeLimit<string>(1000, clock, (item) => {
      ended.push(item);
      if (item !== 'a') return;
      limit.cancel('b');
      limit.begin('c');
    });
    limit.begin('a');
    limit.begin('b');
    await clock.advance(1999);
    expect(ended).toEqual(['a']);
    await clock.advance(1);
    expect(ended).toEqual(['a', 'c']);
  });

  it.each([
    ['goes back an hour', -3_600_000],
    ['stands still', 0],
  ])('end though the clock %s', async (_, step) => {
    const timerClock = createFakeClock(0);
    let nowMs = 10_000_000;
    const ended: string[] = [];
    const clock: Clock = {
      nowMs: () => nowMs,
      setTimer: (ms, fire) => timerClock.setTimer(ms, fire),
    };
    const limit = new TimeLimit<string>(1000, clock, (item) => ended.push(item));
    limit.begin('a');
    nowMs += step;
    limit.begin('b');
    await timerClock.advance(1000);
    expect(ended).toContain('a');
    await timerClock.advance(1000);
    expect(ended).toEqual(['a', 'b']);
  });
});
