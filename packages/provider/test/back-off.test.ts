import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackOff } from '../src/refresh/back-off.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The jitter at its middle. */
function withoutJitter(): void {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
}

describe('the back-off', () => {
  it('grows to a minute and no further', () => {
    withoutJitter();
    const backOff = new BackOff();
    const waits = Array.from({ length: 7 }, () => backOff.failed(0));
    expect(waits).toEqual([2000, 6000, 18_000, 54_000, 60_000, 60_000, 60_000]);
  });

  it('has a limit after a thousand failures too', () => {
    withoutJitter();
    const backOff = new BackOff();
    for (let failure = 0; failure < 1000; failure += 1)
      expect(backOff.failed(0)).toBeLessThan(60_001);
  });

  it('grows to a shorter limit where one is given', () => {
    withoutJitter();
    const backOff = new BackOff(2000);
    expect([backOff.failed(0), backOff.failed(0)]).toEqual([2000, 2000]);
  });

  it.each([
    [0, 0.8],
    [0.999_999, 1.2],
  ])('varies by 20 % (%s)', (random, factor) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    expect(new BackOff().failed(0)).toBeCloseTo(2000 * factor, 0);
  });

  it('counts down to 0', () => {
    withoutJitter();
    const backOff = new BackOff();
    expect(backOff.remainingMs(5)).toBe(0);
    expect(backOff.failing).toBe(false);
    backOff.failed(10_000);
    expect(backOff.remainingMs(10_000)).toBe(2000);
    expect(backOff.remainingMs(11_500)).toBe(500);
    expect(backOff.remainingMs(12_000)).toBe(0);
    expect(backOff.remainingMs(99_000)).toBe(0);
    expect(backOff.failing).toBe(true);
  });

  it('starts again after a success', () => {
    withoutJitter();
    const backOff = new BackOff();
    for (let failure = 0; failure < 5; failure += 1) backOff.failed(0);
    backOff.succeeded();
    expect(backOff.failing).toBe(false);
    expect(backOff.remainingMs(0)).toBe(0);
    expect(backOff.failed(0)).toBe(2000);
  });

  it('honours Retry-After up to five minutes, and is never shorter', () => {
    withoutJitter();
    const backOff = new BackOff();
    expect(backOff.failed(0, 7000)).toBe(7000);
    expect(backOff.failed(0, 1)).toBe(6000);
    expect(backOff.failed(0, 3_600_000)).toBe(300_000);
    expect(backOff.remainingMs(0)).toBe(300_000);
  });
});
