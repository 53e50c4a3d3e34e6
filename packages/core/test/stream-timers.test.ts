import { describe, expect, it, vi } from 'vitest';
import { endAt } from '../src/guard/lifetime.ts';

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

/** A clock whose timer is fired by hand, whatever time it says. */
function createHandClock() {
  const waits: number[] = [];
  let fire = (): void => undefined;
  const hand = {
    nowMs: NOW_MS,
    waits,
    fire: () => fire(),
    clock: {
      nowMs: () => hand.nowMs,
      setTimer(ms: number, then: () => void) {
        waits.push(ms);
        fire = then;
        return () => void (fire = () => undefined);
      },
    },
  };
  return hand;
}

describe('the timer of a stream', () => {
  it('waits a minute at the most, however far the end is', () => {
    const hand = createHandClock();
    endAt(NOW_MS + HOUR_MS, hand.clock, () => undefined);
    hand.nowMs += 60_000;
    hand.fire();
    hand.nowMs = NOW_MS + HOUR_MS - 1;
    hand.fire();
    expect(hand.waits).toEqual([60_000, 60_000, 1]);
  });

  it('ends the stream at the next look where the clock has gone past the end meanwhile', () => {
    const hand = createHandClock();
    const end = vi.fn();
    endAt(NOW_MS + HOUR_MS, hand.clock, end);
    hand.nowMs += 8 * HOUR_MS;
    hand.fire();
    expect(end).toHaveBeenCalledOnce();
    expect(hand.waits).toHaveLength(1);
  });

  it('is cancelled as the last of those that were set', () => {
    const hand = createHandClock();
    const end = vi.fn();
    const cancel = endAt(NOW_MS + HOUR_MS, hand.clock, end);
    hand.fire();
    cancel();
    hand.nowMs += HOUR_MS;
    hand.fire();
    expect(end).not.toHaveBeenCalled();
  });
});
