import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Semaphore } from '../src/semaphore.ts';

const { signal: never } = new AbortController();

/** A task that runs until `end` is called. */
function createTask() {
  let end: () => void = () => undefined;
  let runs = 0;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = (): Promise<void> => {
    runs += 1;
    return ended;
  };
  return { run, end, runs: () => runs };
}

const settle = (): Promise<void> => new Promise(setImmediate);

describe('a semaphore', () => {
  it('runs so many tasks at once, and the others in the order of their arrival', async () => {
    const semaphore = new Semaphore(1, 10);
    const order: number[] = [];
    const first = createTask();
    const runs = [semaphore.run(never, first.run)];
    for (const index of [1, 2, 3]) {
      runs.push(semaphore.run(never, async () => void order.push(index)));
    }
    await settle();
    expect(order).toEqual([]);
    first.end();
    await Promise.all(runs);
    expect(order).toEqual([1, 2, 3]);
  });

  it('rejects as overloaded when too many wait', async () => {
    const semaphore = new Semaphore(1, 1);
    const first = createTask();
    const runs = [semaphore.run(never, first.run), semaphore.run(never, async () => undefined)];
    await expect(semaphore.run(never, async () => undefined)).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'overloaded',
    });
    first.end();
    await Promise.all(runs);
  });

  it('gives the place on after a task that fails', async () => {
    const semaphore = new Semaphore(1, 1);
    const fail = () => Promise.reject(new Error('failed'));
    await expect(semaphore.run(never, fail)).rejects.toThrow('failed');
    expect(await semaphore.run(never, async () => 'ran')).toBe('ran');
  });

  it.each(['while it waits', 'before it waits'])(
    'a task is not run if it is aborted %s',
    async (when) => {
      const semaphore = new Semaphore(1, 1);
      const [first, aborted] = [createTask(), createTask()];
      const running = semaphore.run(never, first.run);
      const ending = new AbortController();
      if (when === 'before it waits') ending.abort(new Error('enough'));
      const waiting = semaphore.run(ending.signal, aborted.run);
      ending.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      first.end();
      await running;
      expect(aborted.runs()).toBe(0);
      expect(getEventListeners(ending.signal, 'abort')).toEqual([]);
      expect(await semaphore.run(never, async () => 'ran')).toBe('ran');
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'loses no place where a task is aborted %i microtasks after a place became free',
    async (microtasks) => {
      const semaphore = new Semaphore(1, 1);
      const first = createTask();
      const ending = new AbortController();
      const running = semaphore.run(never, first.run);
      const waiting = semaphore.run(ending.signal, async () => undefined);
      first.end();
      for (let turn = 0; turn < microtasks; turn += 1) await Promise.resolve();
      ending.abort(new Error('enough'));
      await Promise.allSettled([running, waiting]);
      expect(await semaphore.run(never, async () => 'ran')).toBe('ran');
    },
  );
});
