import { setTimeout } from 'node:timers/promises';
import type { Clock } from '@grpc-authn/core/authenticator';
import { systemClock } from '@grpc-authn/core/internal';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { TimeLimit } from '../src/time-limit.ts';
import { createCountingClock } from './support/counting-clock.ts';

function createLimit() {
  const clock = createCountingClock(0);
  const ended: (readonly [string, number])[] = [];
  const limit = new TimeLimit<string>(1000, clock, (item) => ended.push([item, clock.nowMs()]));
  return { limit, clock, ended };
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
    const { limit, clock } = createLimit();
    for (let index = 0; index < 1000; index += 1) limit.begin(`item ${index}`);
    expect([clock.timers(), clock.pending()]).toEqual([1, 1]);
    await clock.advance(1000);
    expect([clock.timers(), clock.pending()]).toEqual([1, 0]);
  });

  it('leave no timer behind where all are cancelled', () => {
    const { limit, clock } = createLimit();
    limit.begin('a');
    limit.begin('b');
    limit.cancel('a');
    expect(clock.pending()).toBe(1);
    limit.cancel('b');
    limit.cancel('b');
    expect(clock.pending()).toBe(0);
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
    ['back', -3_600_000],
    ['ahead', 3_600_000],
  ])('are not early where the system clock is set %s', async (_, stepMs) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const endsMs = new Map<string, number>();
    const limit = new TimeLimit<string>(200, systemClock, (item) => {
      endsMs.set(item, performance.now());
    });
    limit.begin('a');
    await setTimeout(100);
    limit.begin('b');
    vi.setSystemTime(Date.now() + stepMs);
    const beganMs = performance.now();
    limit.begin('c');
    await expect.poll(() => endsMs.size).toBe(3);
    // A timer may be a moment early.
    expect(endsMs.get('b')).toBeGreaterThan(beganMs + 190);
    expect(endsMs.get('c')).toBeGreaterThan(beganMs + 190);
  });

  it('end though the clock never changes', async () => {
    const clock = createFakeClock(0);
    const ended: string[] = [];
    const stopped: Clock = { nowMs: () => 0, setTimer: (ms, fire) => clock.setTimer(ms, fire) };
    const limit = new TimeLimit<string>(1000, stopped, (item) => ended.push(item));
    limit.begin('a');
    await clock.advance(1000);
    expect(ended).toEqual(['a']);
  });
});
