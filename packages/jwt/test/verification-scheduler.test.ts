import { AsyncLocalStorage } from 'node:async_hooks';
import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { VerificationScheduler } from '../src/signature/verification-scheduler.ts';
import { createFakeEventLoop, SIGNATURES_PER_TURN } from './support/event-loop.ts';

function createSubject() {
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
      scheduler.run(call(peer, signal), () => {
        verified.push(name);
        return name;
      }),
  };
}

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
    const failing = scheduler.run(call('one'), () => {
      throw fault;
    });
    const good = verify('good');
    runAll();
    await expect(failing).rejects.toBe(fault);
    expect(await good).toBe('good');
    turn();
    expect(() =>
      scheduler.run(call('one'), () => {
        throw fault;
      }),
    ).toThrow(fault);
  });

  it('verifies in the async context of the caller', async () => {
    const store = new AsyncLocalStorage<string>();
    const { call, scheduler, verify, runAll } = createSubject();
    for (const name of ['a', 'b', 'c']) void verify(name);
    const seen = ['x', 'y'].map((name) =>
      store.run(name, () => scheduler.run(call('one'), () => store.getStore())),
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

  it('are limited to 1,024: the next call of the same peer is rejected', async () => {
    const { verify, verified, runAll } = createSubject();
    const asked = Array.from({ length: SIGNATURES_PER_TURN + 1024 }, (_, index) =>
      verify(String(index)),
    );
    expect(await verify('one too many')).toMatchObject({
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
    for (let index = 0; index < SIGNATURES_PER_TURN + 1024; index += 1)
      void verify(String(index), 'one', controller.signal);
    controller.abort();
    const next = verify('next');
    expect(await Promise.race([next, Promise.resolve('waiting')])).toBe('waiting');
  });

  it('of the peer with the most are rejected for calls of other peers when the queue is full', async () => {
    const { verify, runAll } = createSubject();
    const flood = Array.from({ length: SIGNATURES_PER_TURN + 1024 }, (_, index) =>
      verify(String(index), 'attacker'),
    );
    const good = Array.from({ length: 100 }, (_, index) =>
      verify(`good ${index}`, `peer ${index}`),
    );
    runAll();
    for (const verdict of await all(good)) expect(verdict).toMatch(/^good/);
    const rejected = (await all(flood)).filter((verdict) => AuthError.is(verdict));
    expect(rejected).toHaveLength(100);
  });

  it('of 1,024 different peers fill the queue: the next call is rejected', async () => {
    const { verify } = createSubject();
    for (let index = 0; index < SIGNATURES_PER_TURN + 1024; index += 1)
      void verify(String(index), `peer ${index}`);
    expect(await verify('late', 'another')).toMatchObject({ reason: 'overloaded' });
  });
});
