import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFakeClock } from '../src/index.ts';

describe('a fake clock', () => {
  it('starts at the given time, or now', () => {
    expect(createFakeClock(5000).nowMs()).toBe(5000);
    expect(createFakeClock(0).nowMs()).toBe(0);
    const before = Date.now();
    const startMs = createFakeClock().nowMs();
    expect(startMs).toBeGreaterThanOrEqual(before);
    expect(startMs).toBeLessThanOrEqual(Date.now());
  });

  it('does not advance by itself', async () => {
    const clock = createFakeClock(0);
    const fired: number[] = [];
    clock.setTimer(0, () => fired.push(0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.nowMs()).toBe(0);
    expect(fired).toEqual([]);
    await clock.advance(10);
    expect(clock.nowMs()).toBe(10);
    expect(fired).toEqual([0]);
  });

  it('fires due timers by time, and timers of one time in the order in which they were set', async () => {
    const clock = createFakeClock(0);
    const fired: string[] = [];
    for (const [name, ms] of Object.entries({ c: 30, a: 10, b1: 20, b2: 20, later: 31 })) {
      clock.setTimer(ms, () => fired.push(`${name} at ${clock.nowMs()}`));
    }
    await clock.advance(30);
    expect(fired).toEqual(['a at 10', 'b1 at 20', 'b2 at 20', 'c at 30']);
    await clock.advance(1);
    expect(fired.at(-1)).toBe('later at 31');
  });

  it('fires each timer once', async () => {
    const clock = createFakeClock(0);
    let fired = 0;
    clock.setTimer(10, () => {
      fired += 1;
    });
    await clock.advance(10);
    await clock.advance(1000);
    expect(fired).toBe(1);
  });

  it('does not fire cancelled timers', async () => {
    const clock = createFakeClock(0);
    const fired: string[] = [];
    const cancelFirst = clock.setTimer(10, () => fired.push('first'));
    clock.setTimer(20, () => {
      fired.push('second');
      cancelThird();
    });
    const cancelThird = clock.setTimer(30, () => fired.push('third'));
    cancelFirst();
    cancelFirst();
    await clock.advance(100);
    expect(fired).toEqual(['second']);
    cancelThird();
  });

  it('fires timers that are set while it advances', async () => {
    const clock = createFakeClock(0);
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.nowMs());
      clock.setTimer(10, again);
    };
    clock.setTimer(10, again);
    await clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
    expect(clock.nowMs()).toBe(35);
    await clock.advance(5);
    expect(fired).toEqual([10, 20, 30, 40]);
  });

  it('lets promises settle before it advances, and after each timer', async () => {
    const clock = createFakeClock(0);
    const order: string[] = [];
    void Promise.resolve().then(() => clock.setTimer(5, () => order.push('from a promise')));
    clock.setTimer(10, () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => order.push(`settled at ${clock.nowMs()}`));
    });
    clock.setTimer(20, () => order.push('next'));
    await clock.advance(20);
    expect(order).toEqual(['from a promise', 'settled at 10', 'next']);
  });

  it('treats a negative delay as zero', async () => {
    const clock = createFakeClock(1000);
    let firedMs = 0;
    clock.setTimer(-500, () => {
      firedMs = clock.nowMs();
    });
    await clock.advance(0);
    expect(firedMs).toBe(1000);
  });

  it('advances under fake timers of the test runner', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const clock = createFakeClock(0);
    await clock.advance(50);
    expect(clock.nowMs()).toBe(50);
  });

  it('is independent of other clocks', async () => {
    const [one, two] = [createFakeClock(0), createFakeClock(0)];
    await one.advance(50);
    expect(two.nowMs()).toBe(0);
  });
});
