import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue, Waiter } from '../../src/queue/fair-queue.ts';

/** Named 'peer/connection/number'. */
function waiter(name: string): Waiter<string> {
  const [peer = '', connection = ''] = name.split('/');
  return new Waiter({ peer, connection }, name);
}

function queueOf(
  names: readonly string[],
  limits: { readonly maxWaiting: number; readonly maxWaitingPerPeer?: number } = {
    maxWaiting: 100,
  },
) {
  const queue = new FairQueue<string>(limits);
  const waiters = names.map(waiter);
  const displaced = waiters.map((each) => queue.add(each)?.value);
  return { queue, waiters, displaced };
}

function takeAll(queue: FairQueue<string>): readonly string[] {
  const taken: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next.value);
  return taken;
}

describe('a fair queue', () => {
  it('serves peers in turn, and within a peer its connections', () => {
    const { queue } = queueOf(['a/1/1', 'a/1/2', 'a/1/3', 'a/2/1', 'a/2/2', 'b/1/1', 'b/1/2']);
    expect(takeAll(queue)).toEqual(['a/1/1', 'b/1/1', 'a/2/1', 'b/1/2', 'a/1/2', 'a/2/2', 'a/1/3']);
  });

  it('serves a peer that comes again after those that wait already', () => {
    const { queue } = queueOf(['a/1/1', 'b/1/1', 'c/1/1']);
    expect(queue.take()?.value).toBe('a/1/1');
    queue.add(waiter('a/1/2'));
    expect(takeAll(queue)).toEqual(['b/1/1', 'c/1/1', 'a/1/2']);
  });

  it('takes connections of one name on two peers for two', () => {
    const { queue } = queueOf(['a/1/1', 'a/1/2', 'b/1/1', 'a/2/1']);
    expect(takeAll(queue)).toEqual(['a/1/1', 'b/1/1', 'a/2/1', 'a/1/2']);
  });

  it('is left at once, and once', () => {
    const { queue, waiters } = queueOf(['a/1/1', 'a/1/2', 'a/1/3']);
    expect(queue.remove(waiters[1]!)).toBe(true);
    expect(queue.remove(waiters[1]!)).toBe(false);
    expect(queue.size).toBe(2);
    expect(takeAll(queue)).toEqual(['a/1/1', 'a/1/3']);
    expect(queue.remove(waiters[0]!)).toBe(false);
    expect(queue.size).toBe(0);
  });

  it('forgets a peer of whom nobody waits', () => {
    const { queue, waiters } = queueOf(['a/1/1', 'b/1/1', 'c/1/1', 'c/1/2']);
    expect(queue.peers).toBe(3);
    queue.remove(waiters[0]!);
    expect(queue.take()?.value).toBe('b/1/1');
    expect(queue.take()?.value).toBe('c/1/1');
    expect(queue.peers).toBe(1);
    queue.take();
    expect(queue.peers).toBe(0);
  });
});

describe('a full queue', () => {
  it('displaces the newest of the connection that has most, of the peer that has most', () => {
    const names = ['a/1/1', 'a/2/1', 'a/2/2', 'b/1/1', 'b/1/2'];
    const { queue } = queueOf(names, { maxWaiting: 5 });
    expect(queue.add(waiter('c/1/1'))?.value).toBe('a/2/2');
    expect(queue.size).toBe(5);
    expect(queue.add(waiter('c/1/2'))?.value).toBe('c/1/2');
  });

  it('displaces the newcomer if no connection has more than its own', () => {
    const { displaced } = queueOf(['a/1/1', 'b/1/1', 'c/1/1'], { maxWaiting: 2 });
    expect(displaced).toEqual([undefined, undefined, 'c/1/1']);
  });

  it('displaces one of a peer that has more than its places, though others have room', () => {
    const limits = { maxWaiting: 9, maxWaitingPerPeer: 2 };
    const { queue } = queueOf(['a/1/1', 'a/1/2'], limits);
    expect(queue.add(waiter('a/2/1'))?.value).toBe('a/1/2');
    expect(queue.add(waiter('b/1/1'))).toBeUndefined();
  });

  it('has more places for the calls of a guard with a higher limit', () => {
    const { queue } = queueOf(['a/1/1', 'b/1/1'], { maxWaiting: 2 });
    const keys = { peer: 'c', connection: 1, maxWaiting: 3 };
    expect(queue.add(new Waiter(keys, 'c/1/1'))).toBeUndefined();
    expect(queue.add(new Waiter(keys, 'c/1/2'))?.value).toBe('c/1/2');
  });

  it('has more places for one peer, too, if its guard has a higher limit', () => {
    const { queue } = queueOf(['a/1/1'], { maxWaiting: 9, maxWaitingPerPeer: 1 });
    const keys = { peer: 'a', connection: '1', maxWaitingPerPeer: 2 };
    expect(queue.add(new Waiter(keys, 'a/1/2'))).toBeUndefined();
    expect(queue.add(new Waiter(keys, 'a/1/3'))?.value).toBe('a/1/3');
  });

  it('never displaces a connection for one that has as many, nor a peer for one that has more', () => {
    const name = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 200 }), (steps) => {
        const queue = new FairQueue<string>({ maxWaiting: 20, maxWaitingPerPeer: 8 });
        let waiting: string[] = [];
        const count = (start: string) => waiting.filter((each) => each.startsWith(start)).length;
        for (const [index, [peer, connection, adds]] of steps.entries()) {
          if (!adds) {
            const taken = queue.take()?.value;
            waiting = waiting.filter((each) => each !== taken);
            continue;
          }
          const added = `${peer}/${connection}/${index}`;
          waiting.push(added);
          const displaced = queue.add(waiter(added))?.value;
          const isFull = waiting.length > 20 || count(`${peer}/`) > 8;
          expect(displaced !== undefined).toBe(isFull);
          if (displaced === undefined) continue;
          const [ofPeer, ofConnection] = displaced.split('/');
          const sizes = [0, 1, 2, 3].map((each) => count(`${ofPeer}/${each}/`));
          expect(count(`${ofPeer}/${ofConnection}/`)).toBe(Math.max(...sizes));
          if (count(`${peer}/`) <= 8) {
            const peers = [0, 1, 2, 3, 4].map((each) => count(`${each}/`));
            expect(count(`${ofPeer}/`)).toBe(Math.max(...peers));
          }
          expect(waiting.findLast((each) => each.startsWith(`${ofPeer}/${ofConnection}/`))).toBe(
            displaced,
          );
          waiting = waiting.filter((each) => each !== displaced);
        }
        expect(queue.size).toBe(waiting.length);
        expect(takeAll(queue).toSorted()).toEqual(waiting.toSorted());
        expect(queue.peers).toBe(0);
      }),
    );
  });
});
