import { describe, expect, it } from 'vitest';
import { FairQueue } from '../src/signature/fair-queue.ts';

describe('FairQueue', () => {
  it('is empty at first, and again after its only waiter is taken', () => {
    const queue = new FairQueue();
    expect(queue.take()).toBeUndefined();
    const waiter = { peer: 'one', serve: () => undefined, reject: () => undefined };
    queue.add(waiter);
    expect(queue.take()).toBe(waiter);
    expect(queue.take()).toBeUndefined();
    expect(queue.size).toBe(0);
  });
});
