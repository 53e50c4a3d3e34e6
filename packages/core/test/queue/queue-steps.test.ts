import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StepCounter } from '../support/counted-steps.ts';

const LARGE = 16_384;
const steps = new StepCounter('/core/src/queue/');

beforeAll(() => steps.start());
afterAll(() => steps.stop());

describe('each operation of a queue with 16,384 waiters takes a constant number of steps', () => {
  it.each<readonly [string, (index: number) => readonly [peer: number, connection: number]]>([
    ['on one connection', () => [1, 1]],
    ['on a connection each', (index) => [1, index]],
    ['of a peer each', (index) => [index, 1]],
    ['of 128 peers with 128 connections each', (index) => [index % 128, index >> 7]],
  ])('%s', async (_which, keysOf) => {
    const { FairQueue, Waiter } = await import('../../src/queue/fair-queue.ts');
    const waiterOf = (peer: unknown, connection: unknown) =>
      new Waiter({ peer: String(peer), connection }, undefined);
    const waiters = Array.from({ length: LARGE }, (_, index) => waiterOf(...keysOf(index)));
    const newcomers = Array.from({ length: 1000 }, (_, index) => waiterOf(`new ${index}`, 1));
    const queue = new FairQueue<undefined>({ maxWaiting: LARGE });
    const perOperation = async (count: number, run: () => void): Promise<number> =>
      (await steps.count(run)) / count;
    const counts = [
      await perOperation(LARGE, () => waiters.forEach((each) => queue.add(each))),
      await perOperation(1000, () => newcomers.forEach((each) => queue.add(each))),
      await perOperation(LARGE / 2, () => {
        for (let count = 0; count < LARGE / 2; count += 1) queue.take();
      }),
      await perOperation(LARGE, () => waiters.forEach((each) => queue.remove(each))),
    ];
    for (const count of counts) {
      // Some dozen blocks of code; fewer than five would mean that they are not counted.
      expect(count).toBeGreaterThan(5);
      expect(count).toBeLessThan(100);
    }
  });
});
