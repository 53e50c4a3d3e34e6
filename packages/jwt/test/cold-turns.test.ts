import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { ColdTurns } from '../src/signature/cold-turns.ts';

/** Every piece of work takes this long. */
const WORK_MS = 0.2;
/** So many fit into a turn: the third begins within the half millisecond. */
const A_TURN = 3;

function createSubject() {
  let nowMs = 0;
  const scheduled: (() => void)[] = [];
  const turns = new ColdTurns({ nowMs: () => nowMs, later: (then) => void scheduled.push(then) });
  const done: string[] = [];
  const call = (peer: string, signal = new AbortController().signal) => ({
    peer: { address: peer },
    signal,
  });
  const work = (name: string) => (): string => {
    nowMs += WORK_MS;
    done.push(name);
    return name;
  };
  const turn = (): boolean => {
    const [then, ...others] = scheduled.splice(0);
    then?.();
    expect(others).toEqual([]);
    return then !== undefined;
  };
  /** What other threads are at work on, oldest first. */
  const elsewhere: { readonly name: string; end(): void; fail(fault: Error): void }[] = [];
  const workElsewhere = (name: string) => (): Promise<string> =>
    new Promise((resolve, reject) =>
      elsewhere.push({ name, end: () => resolve(name), fail: reject }),
    );
  return {
    done,
    call,
    elsewhere,
    work,
    turns,
    /** The next turn of the event loop; false where nobody waits for one. */
    turn,
    ask: (name: string, peer = 'one', signal?: AbortSignal) =>
      turns.run(call(peer, signal), work(name)),
    /** As `ask`, for work that another thread can do. */
    askAnywhere: (name: string, peer = 'one', signal?: AbortSignal) =>
      turns.run(call(peer, signal), work(name), workElsewhere(name)),
    /** The oldest work elsewhere is done. */
    endElsewhere: async (): Promise<void> => {
      elsewhere.shift()?.end();
      await setImmediate();
    },
    untilDone: (): void => {
      for (let count = 0; turn(); count += 1) if (count > 10_000) throw new Error('endless');
    },
  };
}

const all = (verdicts: readonly unknown[]): Promise<readonly unknown[]> =>
  Promise.all(verdicts.map(async (verdict) => verdict));

describe('verifications in one turn of the event loop', () => {
  it('are done at once for half a millisecond, and in the next turns beyond', () => {
    const { ask, done, turn } = createSubject();
    const verdicts = Array.from({ length: 8 }, (_, index) => ask(String(index)));
    expect(done).toEqual(['0', '1', '2']);
    expect(verdicts.slice(0, A_TURN)).toEqual(['0', '1', '2']);
    expect(verdicts[A_TURN]).toBeInstanceOf(Promise);
    turn();
    expect(done.slice(A_TURN)).toEqual(['3', '4', '5']);
    turn();
    expect(done.slice(2 * A_TURN)).toEqual(['6', '7']);
  });

  it('have the whole time again in the next turn', () => {
    const { ask, done, turn } = createSubject();
    for (const name of ['a', 'b', 'c']) void ask(name);
    turn();
    expect(ask('d')).toBe('d');
    expect(done).toEqual(['a', 'b', 'c', 'd']);
  });

  it('overtake nobody who waits', () => {
    const { ask, done, turn } = createSubject();
    for (let index = 0; index < 7; index += 1) void ask(String(index));
    turn();
    void ask('late');
    turn();
    expect(done.slice(2 * A_TURN)).toEqual(['6', 'late']);
  });

  it('answer with what they bring, a fault too', async () => {
    const { call, turns, ask, turn, untilDone } = createSubject();
    for (const name of ['a', 'b', 'c']) void ask(name);
    const fault = new Error('a bug');
    const failing = turns.run(call('one'), () => {
      throw fault;
    });
    const good = ask('good');
    untilDone();
    await expect(failing).rejects.toBe(fault);
    expect(await good).toBe('good');
    turn();
    expect(() =>
      turns.run(call('one'), () => {
        throw fault;
      }),
    ).toThrow(fault);
  });

  it('run in the async context of who asked, whoever’s turn it is', async () => {
    const store = new AsyncLocalStorage<string>();
    const { call, turns, ask, untilDone } = createSubject();
    for (const name of ['a', 'b', 'c']) void ask(name);
    const seen = ['x', 'y'].map((name) =>
      store.run(name, () => turns.run(call('one'), () => store.getStore())),
    );
    untilDone();
    expect(await all(seen)).toEqual(['x', 'y']);
  });

  it('ask for a turn only while somebody needs one', () => {
    const { ask, turn } = createSubject();
    expect(turn()).toBe(false);
    void ask('a');
    expect(turn()).toBe(true);
    expect(turn()).toBe(false);
  });
});

describe('callers who wait for their turn', () => {
  it('take turns by peer: a flood of one keeps another waiting for one turn', async () => {
    const { ask, done, turn } = createSubject();
    for (let index = 0; index < 1000; index += 1) void ask(`forged ${index}`, 'attacker');
    const good = ask('good', 'somebody');
    turn();
    turn();
    expect(await good).toBe('good');
    expect(done.length).toBeLessThanOrEqual(3 * A_TURN);
  });

  it('keep the order in which their peer asked', () => {
    const { ask, done, untilDone } = createSubject();
    for (let index = 0; index < 9; index += 1) void ask(String(index), index % 2 ? 'odd' : 'even');
    untilDone();
    const late = done.slice(A_TURN).map((name) => Number.parseInt(name, 10));
    expect(late.filter((index) => index % 2)).toEqual([3, 5, 7]);
    expect(late.filter((index) => index % 2 === 0)).toEqual([4, 6, 8]);
  });

  it('who leave are dropped, and nothing is done for them', async () => {
    const { ask, done, untilDone } = createSubject();
    for (const name of ['a', 'b', 'c']) void ask(name);
    const leaving = new AbortController();
    const left = ask('left', 'one', leaving.signal);
    const stays = ask('stays');
    leaving.abort();
    expect(await left).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    for (const peer of ['one', 'another']) {
      expect(await ask('gone', peer, leaving.signal)).toMatchObject({ reason: 'timeout' });
    }
    untilDone();
    expect(await stays).toBe('stays');
    expect(done).toEqual(['a', 'b', 'c', 'stays']);
  });

  it('are 1,024 at most: the next of the same peer is turned away', async () => {
    const { ask, done, untilDone } = createSubject();
    const asked = Array.from({ length: A_TURN + 1024 }, (_, index) => ask(String(index)));
    expect(await ask('one too many')).toMatchObject({
      code: 'unavailable',
      reason: 'overloaded',
      retryAfterMs: 1000,
    });
    untilDone();
    expect(done).toHaveLength(asked.length);
  });

  it('who leave make room', async () => {
    const { ask } = createSubject();
    const leaving = new AbortController();
    for (let index = 0; index < A_TURN + 1024; index += 1)
      void ask(String(index), 'one', leaving.signal);
    leaving.abort();
    const next = ask('next');
    expect(await Promise.race([next, Promise.resolve('waiting')])).toBe('waiting');
  });

  it('of the peer that has the most give a place to another peer’s', async () => {
    const { ask, untilDone } = createSubject();
    const flood = Array.from({ length: A_TURN + 1024 }, (_, index) =>
      ask(String(index), 'attacker'),
    );
    const good = Array.from({ length: 100 }, (_, index) => ask(`good ${index}`, `peer ${index}`));
    untilDone();
    for (const verdict of await all(good)) expect(verdict).toMatch(/^good/);
    const away = (await all(flood)).filter((verdict) => AuthError.is(verdict));
    expect(away).toHaveLength(100);
  });

  it('are all of different peers: then the newcomer is turned away', async () => {
    const { ask } = createSubject();
    for (let index = 0; index < A_TURN + 1024; index += 1) void ask(String(index), `peer ${index}`);
    expect(await ask('late', 'another')).toMatchObject({ reason: 'overloaded' });
  });
});

describe('other threads', () => {
  const names = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => String(from + index));

  it('are given nothing while the turn has time', () => {
    const { askAnywhere, elsewhere, done } = createSubject();
    for (const name of names(0, A_TURN)) void askAnywhere(name);
    expect([done, elsewhere]).toEqual([names(0, A_TURN), []]);
  });

  it('take eight of those who wait at a time; the turns go on with the others', async () => {
    const { askAnywhere, elsewhere, endElsewhere, done, turn } = createSubject();
    const verdicts = names(0, A_TURN + 11).map((name) => askAnywhere(name));
    expect(elsewhere.map(({ name }) => name)).toEqual(names(A_TURN, 8));
    await endElsewhere();
    expect(elsewhere.map(({ name }) => name)).toEqual(names(A_TURN + 1, 8));
    turn();
    expect(done.slice(A_TURN)).toEqual(names(A_TURN + 9, 2));
    while (elsewhere.length > 0) await endElsewhere();
    expect(await all(verdicts)).toEqual(names(0, A_TURN + 11));
  });

  it('take one peer after the other', async () => {
    const { askAnywhere, elsewhere, endElsewhere } = createSubject();
    for (const name of names(0, A_TURN + 50)) void askAnywhere(name, 'attacker');
    void askAnywhere('good', 'somebody');
    await endElsewhere();
    await endElsewhere();
    expect(elsewhere.map(({ name }) => name)).toContain('good');
  });

  it('overtake nobody who has to wait for a turn', () => {
    const { ask, askAnywhere, elsewhere, done, turn } = createSubject();
    for (const name of names(0, A_TURN)) void ask(name);
    void ask('here');
    void askAnywhere('anywhere');
    expect(elsewhere).toEqual([]);
    turn();
    expect(done.slice(A_TURN)).toEqual(['here', 'anywhere']);
  });

  it('go on for a caller who leaves, who is answered at once', async () => {
    const { askAnywhere, elsewhere, endElsewhere } = createSubject();
    for (const name of names(0, A_TURN)) void askAnywhere(name);
    const leaving = new AbortController();
    const left = askAnywhere('left', 'one', leaving.signal);
    for (const name of names(0, 8)) void askAnywhere(name);
    leaving.abort();
    expect(await left).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(elsewhere.map(({ name }) => name)).toEqual(['left', ...names(0, 7)]);
    await endElsewhere();
    expect(elsewhere.map(({ name }) => name)).toEqual(names(0, 8));
  });

  it('hand on a fault, and take the next', async () => {
    const { askAnywhere, elsewhere } = createSubject();
    for (const name of names(0, A_TURN)) void askAnywhere(name);
    const failing = askAnywhere('failing');
    for (const name of names(0, 8)) void askAnywhere(name);
    const fault = new Error('a bug');
    elsewhere.shift()?.fail(fault);
    await expect(failing).rejects.toBe(fault);
    await setImmediate();
    expect(elsewhere.map(({ name }) => name)).toEqual(names(0, 8));
  });

  it('work in the async context of who asked', async () => {
    const store = new AsyncLocalStorage<string>();
    const { call, turns, askAnywhere, endElsewhere } = createSubject();
    // The last begins when another's work is done.
    store.run('y', () => {
      for (const name of names(0, A_TURN + 8)) void askAnywhere(name);
    });
    const read = (): string | undefined => store.getStore();
    const seen = store.run('x', () => turns.run(call('one'), read, async () => read()));
    await endElsewhere();
    expect(await seen).toBe('x');
  });
});
