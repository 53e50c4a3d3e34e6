import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { unavailableOnAbort } from '../src/contract/abort-race.ts';

const never = new Promise<string>(() => undefined);

it('an answer that comes in time is the answer, and the signal is let go', async () => {
  const { signal } = new AbortController();
  expect(await unavailableOnAbort(Promise.resolve('answer'), { signal })).toBe('answer');
  const fault = new Error('a fault');
  await expect(unavailableOnAbort(Promise.reject(fault), { signal })).rejects.toBe(fault);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('who leaves, or has left, is answered at once', async () => {
  const controller = new AbortController();
  const waiting = unavailableOnAbort(never, controller);
  controller.abort();
  expect(await waiting).toMatchObject({ code: 'unavailable', reason: 'timeout' });
  expect(await unavailableOnAbort(never, controller)).toMatchObject({ reason: 'timeout' });
});
