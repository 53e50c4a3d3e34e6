import { AsyncLocalStorage } from 'node:async_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import type { Thread } from '../src/signature/signature-engine.ts';
import { VerificationScheduler } from '../src/signature/verification-scheduler.ts';
import { createFakeEventLoop, SIGNATURE_MS, SIGNATURES_PER_TURN } from './support/event-loop.ts';

function createSubject(signatureMs = SIGNATURE_MS) {
  const eventLoop = createFakeEventLoop();
  const scheduler = new VerificationScheduler(eventLoop);
  const verified: string[] = [];
  const call = (peer: string, signal = new AbortController().signal) => ({
    peer: { address: peer },
    signal,
  });
  return {
    ...eventLoop,
    scheduler,
    call,
    verified,
    verify: (name: string, peer = 'one', signal?: AbortSignal) =>
      scheduler.run(
        call(peer, signal),
        () => {
          eventLoop.work(signatureMs);
          verified.push(name);
          return name;
        },
        undefined,
      ),
  };
}

const LARGE = 16_384;

/** 'waiting' for a promise that does not settle within some ticks: no test waits for its time limit. */
const soon = (verdict: unknown): Promise<unknown> =>
  Promise.race([verdict, Promise.resolve().then(() => Promise.resolve('waiting'))]);

const all = (verdicts: readonly unknown[]): Promise<readonly unknown[]> =>
  Promise.all(verdicts.map(async (verdict) => verdict));

describe('VerificationScheduler', () => {
  it('verifies immediately within the budget, and the rest in later turns', () => {
    const { verify, verified, turn } = createSubject();
    const verdicts = Array.from({ length: 8 }, (_, index) => verify(String(index)));
    expect(verified).toEqual(['0', '1', '2']);
    expect(verdicts.slice(0, SIGNATURES_PER_TURN)).toEqual(['0', '1', '2']);
    expect(verdicts[SIGNATURES_PER_TURN]).toBeInstanceOf(Promise);
    turn();
    expect(verified.slice(SIGNATURES_PER_TURN)).toEqual(['3', '4', '5']);
    turn();
    expect(verified.slice(2 * SIGNATURES_PER_TURN)).toEqual(['6', '7']);
  });

  it('has the whole budget again in the next turn', () => {
    const { verify, verified, turn } = createSubject();
    for (const name of ['a', 'b', 'c']) void verify(name);
    turn();
    expect(verify('d')).toBe('d');
    expect(verified).toEqual(['a', 'b', 'c', 'd']);
  });

  it('serves waiting calls before a new one', () => {
    const { verify, verified, turn } = createSubject();
    for (let index = 0; index < 7; index += 1) void verify(String(index));
    turn();
    void verify('late');
    turn();
    expect(verified.slice(2 * SIGNATURES_PER_TURN)).toEqual(['6', 'late']);
  });

  it('passes on an error that the verification throws, directly and from a later turn', async () => {
    const { call, scheduler, verify, turn, runAll } = createSubject();
    for (const name of ['a', 'b', 'c']) void verify(name);
    const fault = new Error('a bug');
    const fail = (): never => {
      throw fault;
    };
    const failing = scheduler.run(call('one'), fail, undefined);
    const good = verify('good');
    runAll();
    await expect(failing).rejects.toBe(fault);
    expect(await good).toBe('good');
    turn();
    expect(() => scheduler.run(call('one'), fail, undefined)).toThrow(fault);
  });

  it('verifies in the async context of the caller', async () => {
    const store = new AsyncLocalStorage<string>();
    const { call, scheduler, verify, runAll } = createSubject();
    for (const name of ['a', 'b', 'c']) void verify(name);
    const seen = ['x', 'y'].map((name) =>
      store.run(name, () => scheduler.run(call('one'), () => store.getStore(), undefined)),
    );
    runAll();
    expect(await all(seen)).toEqual(['x', 'y']);
  });

  it('requests a turn only after a verification', () => {
    const { verify, turn } = createSubject();
    expect(turn()).toBe(false);
    void verify('a');
    expect(turn()).toBe(true);
    expect(turn()).toBe(false);
  });
});

describe('waiting calls', () => {
  it('are served peer by peer: a flood from one delays another by one turn', async () => {
    const { verify, verified, turn } = createSubject();
    for (let index = 0; index < 1000; index += 1) void verify(`forged ${index}`, 'attacker');
    const good = verify('good', 'user');
    turn();
    turn();
    expect(await good).toBe('good');
    expect(verified.length).toBeLessThanOrEqual(3 * SIGNATURES_PER_TURN);
  });

  it('of one peer are served in order of arrival', () => {
    const { verify, verified, runAll } = createSubject();
    for (let index = 0; index < 9; index += 1)
      void verify(String(index), index % 2 ? 'odd' : 'even');
    runAll();
    const late = verified.slice(SIGNATURES_PER_TURN).map((name) => Number.parseInt(name, 10));
    expect(late.filter((index) => index % 2)).toEqual([3, 5, 7]);
    expect(late.filter((index) => index % 2 === 0)).toEqual([4, 6, 8]);
  });

  it('are dropped when they are cancelled, without verifying', async () => {
    const { verify, verified, runAll } = createSubject();
    for (const name of ['a', 'b', 'c']) void verify(name);
    const controller = new AbortController();
    const cancelled = verify('cancelled', 'one', controller.signal);
    const other = verify('other');
    controller.abort();
    expect(await cancelled).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    for (const peer of ['one', 'another']) {
      expect(await verify('aborted before', peer, controller.signal)).toMatchObject({
        reason: 'timeout',
      });
    }
    runAll();
    expect(await other).toBe('other');
    expect(verified).toEqual(['a', 'b', 'c', 'other']);
  });

  it('are limited to 16,384: the next call of the same connection is rejected', async () => {
    const { verify, verified, runAll } = createSubject();
    const asked = Array.from({ length: SIGNATURES_PER_TURN + LARGE }, (_, index) =>
      verify(String(index)),
    );
    expect(await soon(verify('one too many'))).toMatchObject({
      code: 'unavailable',
      reason: 'overloaded',
      retryAfterMs: 1000,
    });
    runAll();
    expect(verified).toHaveLength(asked.length);
  });

  it('free their places when they are cancelled', async () => {
    const { verify } = createSubject();
    const controller = new AbortController();
    for (let index = 0; index < SIGNATURES_PER_TURN + LARGE; index += 1)
      void verify(String(index), 'one', controller.signal);
    controller.abort();
    expect(await soon(verify('next'))).toBe('waiting');
  });

  it('of the connection with the most are rejected for calls of others when the queue is full', async () => {
    const { verify, runAll } = createSubject();
    const flood = Array.from({ length: SIGNATURES_PER_TURN + LARGE }, (_, index) =>
      verify(String(index), '192.0.2.1:1'),
    );
    const good = Array.from({ length: 100 }, (_, index) =>
      verify(`good ${index}`, index % 2 ? `192.0.2.1:${index + 2}` : `198.51.100.${index}:1`),
    );
    runAll();
    for (const verdict of await all(good)) expect(verdict).toMatch(/^good/);
    const rejected = (await all(flood)).filter((verdict) => AuthError.is(verdict));
    expect(rejected).toHaveLength(100);
  });

  it('have the places that the limit of their guard says, where that is higher', async () => {
    const { scheduler, verify } = createSubject();
    for (let index = 0; index < SIGNATURES_PER_TURN + LARGE; index += 1) void verify(String(index));
    const { signal } = new AbortController();
    const queueKeys = { peer: '192.0.2.9', connection: 1, maxWaiting: LARGE + 1 };
    const guarded = (name: string) => scheduler.run({ signal, queueKeys }, () => name, undefined);
    expect(await soon(guarded('has a place'))).toBe('waiting');
    expect(await soon(verify('one too many'))).toMatchObject({ reason: 'overloaded' });
  });
});

describe('the budget of a turn', () => {
  /** How many of many waiting calls a turn serves after so much other work in the turn before. */
  function servedAfter(workMs: number, signatureMs?: number): number {
    const { verify, verified, turn, work } = createSubject(signatureMs);
    for (let index = 0; index < 200; index += 1) void verify(String(index));
    const before = verified.length;
    work(workMs);
    turn();
    return verified.length - before;
  }

  it('is as long as everything else took since the turn before', () => {
    expect(servedAfter(0)).toBe(SIGNATURES_PER_TURN);
    expect(servedAfter(2.1)).toBe(4);
    expect(servedAfter(4.1)).toBe(7);
  });

  it('counts each turn for itself', () => {
    const { verify, verified, turn, work } = createSubject();
    for (let index = 0; index < 100; index += 1) void verify(String(index));
    for (const count of [4, 4, 4]) {
      work(2.1);
      const before = verified.length;
      turn();
      expect(verified.length - before).toBe(count);
    }
  });

  it('is at most 4.8 milliseconds', () => {
    expect(servedAfter(4.65, 0.1)).toBe(47);
    expect(servedAfter(10_000, 0.1)).toBe(48);
  });

  it('does not count the time in which the server has nothing to verify', () => {
    const { verify, verified, turn, work } = createSubject();
    void verify('first');
    turn();
    work(10_000);
    for (let index = 0; index < 100; index += 1) void verify(String(index));
    expect(verified).toHaveLength(1 + SIGNATURES_PER_TURN);
    turn();
    expect(verified).toHaveLength(1 + 2 * SIGNATURES_PER_TURN);
  });

  it('is small for a burst after a long turn for which nobody waited', () => {
    const { verify, verified, turn, work } = createSubject();
    void verify('first');
    work(10_000);
    turn();
    for (let index = 0; index < 100; index += 1) void verify(String(index));
    expect(verified).toHaveLength(1 + SIGNATURES_PER_TURN);
  });

  it('does not grow by what a turn does besides verifying', () => {
    const { call, scheduler, turn, work } = createSubject();
    let verified = 0;
    for (let index = 0; index < 100; index += 1) {
      const waiting = call('one');
      waiting.signal.removeEventListener = () => work(3 * SIGNATURE_MS);
      const verify = (): void => {
        work(SIGNATURE_MS);
        verified += 1;
      };
      void scheduler.run(waiting, verify, undefined);
    }
    for (let turns = 0; turns < 9; turns += 1) turn();
    expect(verified).toBe(10 * SIGNATURES_PER_TURN);
  });

  it('is small again after a turn in which nothing else happened', () => {
    const { verify, verified, turn, work } = createSubject();
    for (let index = 0; index < 100; index += 1) void verify(String(index));
    work(4.1);
    turn();
    const before = verified.length;
    turn();
    expect(verified.length - before).toBe(SIGNATURES_PER_TURN);
  });
});

describe('other threads', () => {
  /** `count` calls that wait for the next turn, and where each of those served was verified. */
  function createQueue(count: number, maxOnOtherThreads = 16, waitsForKeys = false) {
    const eventLoop = createFakeEventLoop();
    const scheduler = new VerificationScheduler(eventLoop, maxOnOtherThreads);
    const threads: string[] = [];
    const settle: ((good: boolean) => void)[] = [];
    const verify = (_: unknown, _call: unknown, thread: Thread): unknown => {
      threads.push(thread === 'this' ? 'this' : 'another');
      if (thread === 'this') return eventLoop.work(SIGNATURE_MS);
      const task = () =>
        new Promise((resolve, reject) => {
          settle.push((good) => (good ? resolve('good') : reject(new Error('fault'))));
        });
      return waitsForKeys ? new Promise(() => undefined) : thread.run(task);
    };
    const call = { peer: { address: 'one' }, signal: new AbortController().signal };
    for (let index = 0; index < SIGNATURES_PER_TURN; index += 1) scheduler.run(call, verify, 0);
    const verdicts = Array.from({ length: count }, () => scheduler.run(call, verify, 0));
    threads.length = 0;
    return { ...eventLoop, verdicts, threads, settle };
  }

  it('take calls while 32 or more wait', () => {
    const { turn, threads } = createQueue(33);
    turn();
    expect(threads.filter((thread) => thread === 'another')).toHaveLength(2);
    expect(threads[2]).toBe('this');
  });

  it('take none of a short queue', () => {
    const { turn, threads } = createQueue(31);
    turn();
    expect(threads).toEqual(['this', 'this', 'this']);
  });

  it('take 16 at a time, so that other tasks of the thread pool are not delayed', async () => {
    const { turn, threads, settle } = createQueue(500);
    turn();
    expect(threads).toEqual([...Array<string>(16).fill('another'), 'this', 'this', 'this']);
    turn();
    expect(threads.slice(19)).toEqual(['this', 'this', 'this']);
    settle[0]?.(true);
    await new Promise(setImmediate);
    turn();
    expect(threads.slice(22)).toEqual(['another', 'this', 'this', 'this']);
  });

  it('take the next call after a fault, too, which is the verdict of its call alone', async () => {
    const { turn, threads, settle, verdicts } = createQueue(500);
    turn();
    settle[0]?.(false);
    settle[1]?.(true);
    await expect(verdicts[0]).rejects.toThrow('fault');
    expect(await verdicts[1]).toBe('good');
    turn();
    expect(threads.slice(19, 21)).toEqual(['another', 'another']);
  });

  it('do not count calls that wait for keys, which use no thread', () => {
    const { turn, threads } = createQueue(500, 1, true);
    turn();
    expect(threads.slice(0, 400)).not.toContain('this');
  });

  it('take nothing where there is one processor', () => {
    const { turn, threads } = createQueue(500, 0);
    turn();
    expect(threads).toEqual(['this', 'this', 'this']);
  });
});
