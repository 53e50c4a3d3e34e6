import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../src/token-bucket.ts';

function takeAll(bucket: TokenBucket, nowMs: number): number {
  let taken = 0;
  while (taken < 100 && bucket.take(nowMs)) taken += 1;
  return taken;
}

describe('a token bucket', () => {
  it('is full at first', () => {
    const bucket = new TokenBucket(2, 1000, 5000);
    expect(bucket.waitMs(5000)).toBe(0);
    expect(takeAll(bucket, 5000)).toBe(2);
  });

  it('gains one each interval', () => {
    const bucket = new TokenBucket(2, 1000, 0);
    takeAll(bucket, 0);
    expect(takeAll(bucket, 999)).toBe(0);
    expect(takeAll(bucket, 1000)).toBe(1);
    expect(takeAll(bucket, 1999)).toBe(0);
    expect(takeAll(bucket, 2000)).toBe(1);
  });

  it('never holds more than its capacity, however long it was let alone', () => {
    const bucket = new TokenBucket(2, 1000, 0);
    takeAll(bucket, 0);
    expect(takeAll(bucket, 86_400_000)).toBe(2);
    expect(takeAll(bucket, 86_400_999)).toBe(0);
    expect(takeAll(bucket, 86_401_000)).toBe(1);
  });

  it('says how long until there is one', () => {
    const bucket = new TokenBucket(1, 1000, 0);
    takeAll(bucket, 0);
    expect(bucket.waitMs(0)).toBe(1000);
    expect(bucket.waitMs(400)).toBe(600);
    expect(bucket.waitMs(1000)).toBe(0);
    expect(takeAll(bucket, 1000)).toBe(1);
  });

  it('does not lose the part of an interval that has passed', () => {
    const bucket = new TokenBucket(2, 1000, 0);
    takeAll(bucket, 0);
    expect(takeAll(bucket, 1500)).toBe(1);
    expect(bucket.waitMs(1500)).toBe(500);
    expect(takeAll(bucket, 2000)).toBe(1);
  });

  it('does not stay empty when the clock is set back', () => {
    const bucket = new TokenBucket(2, 1000, 1_000_000);
    takeAll(bucket, 1_000_000);
    expect(bucket.waitMs(0)).toBeLessThanOrEqual(1000);
    expect(takeAll(bucket, 1000)).toBe(1);
  });
});
