import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkClock, type Clock, systemClock } from '../src/contract/clock.ts';
import { ConfigError } from '../src/errors/config-error.ts';
import { ManualClock } from './support/manual-clock.ts';

describe('a clock option', () => {
  it('is the real clock by default', () => {
    expect(checkClock(undefined)).toBe(systemClock);
  });

  it('is the given object if it has the functions of a clock', () => {
    const clock = new ManualClock();
    expect(checkClock(clock)).toBe(clock);
  });

  it.each<readonly [string, unknown]>([
    ['clock', null],
    ['clock', 0],
    ['clock', () => 0],
    ['clock.nowMs', {}],
    ['clock.nowMs', { nowMs: 5, setTimer: () => undefined }],
    ['clock.setTimer', { nowMs: () => 0 }],
    ['clock.setTimer', { nowMs: () => 0, setTimer: 'soon' }],
  ])('is a ConfigError that names %s, given %j', (option, clock) => {
    expect(() => checkClock(clock as Clock)).toThrow(ConfigError);
    expect(() => checkClock(clock as Clock)).toThrow(`${option}: `);
  });
});

describe('the real clock', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('returns milliseconds since the epoch', () => {
    expect(systemClock.nowMs()).toBe(1_700_000_000_000);
  });

  it('fires once, when the time has come', () => {
    const fire = vi.fn();
    systemClock.setTimer(1000, fire);
    vi.advanceTimersByTime(999);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100_000);
    expect(fire).toHaveBeenCalledOnce();
  });

  it('does not fire after it is cancelled', () => {
    const fire = vi.fn();
    systemClock.setTimer(1000, fire)();
    vi.advanceTimersByTime(100_000);
    expect(fire).not.toHaveBeenCalled();
  });

  it('does not fire at once for a wait that Node cannot make', () => {
    const fire = vi.fn();
    systemClock.setTimer(2 ** 31, fire);
    systemClock.setTimer(Number.MAX_SAFE_INTEGER, fire);
    vi.advanceTimersByTime(1_000_000);
    expect(fire).not.toHaveBeenCalled();
  });

  it('does not keep the process alive', () => {
    vi.useRealTimers();
    const started = vi.spyOn(globalThis, 'setTimeout');
    const cancel = systemClock.setTimer(60_000, () => undefined);
    const timer = started.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    cancel();
    started.mockRestore();
  });
});
