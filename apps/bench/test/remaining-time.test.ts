import { describe, expect, it } from 'vitest';
import { RemainingTime } from '../src/command/remaining-time.ts';

describe('the remaining time', () => {
  it('is the usual time at the start', () => {
    expect(new RemainingTime([10, 20, 30]).left(10, 4)).toBe(56);
  });

  it('follows the pace of this machine', () => {
    const remaining = new RemainingTime([10, 20, 30]);
    remaining.ended(10, 20);
    expect(remaining.left(20, 10)).toBe(30 + 60);
  });

  it('does not become negative where one takes longer than usual', () => {
    const remaining = new RemainingTime([10]);
    expect(remaining.left(10, 15)).toBe(0);
  });
});
