import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import { type Limited, TimeLimits } from '../../src/gate/time-limit.ts';
import { ManualClock } from '../support/manual-clock.ts';

class Call implements Limited {
  dueMs = 0;
  place = -1;
  readonly ends: string[] = [];

  onTimeLimit(): void {
    this.ends.push('time limit');
  }
  onClockFault(): void {
    this.ends.push('clock fault');
  }
}

function createLimits(clock = new ManualClock()) {
  const limits = new TimeLimits(clock);
  const add = (ms: number): Call => {
    const call = new Call();
    limits.add(call, ms, clock.nowMs());
    return call;
  };
  return { clock, limits, add };
}

describe('the time limits of many calls', () => {
  it('end each call at its limit, neither earlier nor later, with one timer', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ remove: fc.nat() }),
      fc.record({ advance: fc.integer({ min: 0, max: 10 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { clock, limits, add } = createLimits();
        const model = new Map<Call, number>();
        for (const one of steps) {
          if ('add' in one) model.set(add(one.add), clock.nowMs() + one.add);
          else if ('remove' in one) {
            const call = [...model.keys()][one.remove % Math.max(1, model.size)];
            if (call !== undefined) {
              limits.remove(call);
              model.delete(call);
            }
          } else {
            for (let ms = 0; ms < one.advance; ms += 1) {
              clock.advance(1);
              for (const [call, dueMs] of model) {
                expect(call.ends).toEqual(dueMs <= clock.nowMs() ? ['time limit'] : []);
                if (dueMs <= clock.nowMs()) model.delete(call);
              }
            }
          }
          expect(clock.waiting).toBe(model.size === 0 ? 0 : 1);
        }
      }),
    );
  });

  it('end a call whose limit is shorter than that of those that wait already', () => {
    const { clock, add } = createLimits();
    const calls = [1000, 500, 2000, 10].map(add);
    clock.advance(10);
    expect(calls.map(({ ends }) => ends.length)).toEqual([0, 0, 0, 1]);
    clock.advance(490);
    expect(calls.map(({ ends }) => ends.length)).toEqual([0, 1, 0, 1]);
  });

  it('end no call later when the clock is set back, and all at their limits when its time does not advance', () => {
    const { clock, add } = createLimits();
    const first = add(1000);
    clock.setBack(3_600_000);
    const second = add(1000);
    clock.advance(3_600_000 + 1000);
    expect([first.ends, second.ends]).toEqual([['time limit'], ['time limit']]);

    let fire = (): void => undefined;
    const frozen = {
      nowMs: () => 0,
      setTimer: (_ms: number, then: () => void) => ((fire = then), () => undefined),
    };
    const limits = new TimeLimits(frozen);
    const call = new Call();
    limits.add(call, 1000, 0);
    fire();
    expect(call.ends).toEqual(['time limit']);
  });

  it('end all calls when the clock can set no timer for the rest', () => {
    const { clock, add } = createLimits();
    const calls = [10, 20, 30].map(add);
    vi.spyOn(clock, 'setTimer').mockImplementation(() => {
      throw new Error('no timers');
    });
    clock.advance(10);
    expect(calls.map(({ ends }) => ends)).toEqual([
      ['time limit'],
      ['clock fault'],
      ['clock fault'],
    ]);
  });

  it('keep the timer of the others when the clock can set none for a new call', () => {
    const { clock, add } = createLimits();
    const first = add(20);
    vi.spyOn(clock, 'setTimer').mockImplementationOnce(() => {
      throw new Error('no timers');
    });
    expect(() => add(10)).toThrow('no timers');
    clock.advance(20);
    expect(first.ends).toEqual(['time limit']);
  });

  it('ignore a timer that fires although it was cancelled', () => {
    const fires: (() => void)[] = [];
    const clock = {
      nowMs: () => 0,
      setTimer: (_ms: number, fire: () => void) => (fires.push(fire), () => undefined),
    };
    const limits = new TimeLimits(clock);
    const [first, second] = [new Call(), new Call()];
    limits.add(first, 10, 0);
    limits.remove(first);
    limits.add(second, 1000, 0);
    fires[0]?.();
    expect([first.ends, second.ends]).toEqual([[], []]);
  });

  it('count the time of the system on its monotonic clock', async () => {
    const limits = new TimeLimits(systemClock);
    const call = new Call();
    const startedMs = performance.now();
    const ended = new Promise<number>((resolve) => {
      call.onTimeLimit = () => resolve(performance.now() - startedMs);
    });
    const keepAlive = setTimeout(() => undefined, 60_000);
    // Its time of day is an hour behind.
    limits.add(call, 30, systemClock.nowMs() - 3_600_000);
    expect(await ended).toBeGreaterThan(28);
    clearTimeout(keepAlive);
  });
});
