import { describe, expect, it } from 'vitest';
import { authenticated } from '../src/policy/rules.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { type Decided, Gate } from './support/gate.ts';
import { CallContext } from './support/call-context.ts';
import { ManualClock } from './support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';
import { unhandledRejectionsDuring } from './support/unhandled-rejections.ts';

/** Smaller than by default, so that the test is quick. */
const LIMITS = { maxWaiting: 96, maxWaitingPerPeer: 24 };
const IN_ALL = LIMITS.maxWaiting;
const A_PEER = LIMITS.maxWaitingPerPeer;
const OVERLOADED = { code: 'unavailable', reason: 'overloaded' };
const principal = createPrincipal({ authenticator: 'stub', subject: 'alice' });

/** A gate whose authenticator answers 'warm' at once and lets everything else wait. */
class WaitingRoom {
  readonly clock = new ManualClock();
  readonly verdicts: OpenVerdict[] = [];
  readonly contexts: CallContext[] = [];
  readonly decided: (Decided | Promise<Decided>)[] = [];
  readonly signals: AbortSignal[] = [];
  readonly #gate = new Gate(
    {
      authenticator: stubAuthenticator(({ token }, context) => {
        if (token === 'warm') return principal;
        this.signals.push(context.signal);
        const verdict = new OpenVerdict();
        this.verdicts.push(verdict);
        return verdict.promise;
      }),
      limits: LIMITS,
    },
    this.clock,
  );

  arrive(peer: string, token = 'cold'): Decided | Promise<Decided> {
    const context = new CallContext(peer);
    this.contexts.push(context);
    const decided = this.#gate.decide(authenticated(), { scheme: 'bearer', token }, context);
    this.decided.push(decided);
    return decided;
  }

  async allDecided(): Promise<void> {
    for (const decided of this.decided) await decided;
  }

  /** How many of `count` calls of an address may wait, on so many connections that these set no limit. */
  fill(address: string, count: number): number {
    const calls = Array.from({ length: count }, (_, index) => this.arrive(`${address}:${index}`));
    return calls.filter((decided) => decided instanceof Promise).length;
  }
}

describe('pending authentications', () => {
  it('are at most maxWaitingPerPeer for one peer, and the next is refused at once as overloaded', () => {
    const room = new WaitingRoom();
    expect(room.fill('192.0.2.1', A_PEER)).toBe(A_PEER);
    expect(room.arrive('192.0.2.1:50000')).toMatchObject(OVERLOADED);
    expect(room.arrive('192.0.2.2:50000')).toBeInstanceOf(Promise);
  });

  it('are at most maxWaiting in all, from however many peers', () => {
    const room = new WaitingRoom();
    for (let peer = 0; peer < IN_ALL; peer += 1) room.fill(`192.0.2.${peer}`, 1);
    expect(room.decided.every((decided) => decided instanceof Promise)).toBe(true);
    expect(room.arrive('198.51.100.1:50000')).toMatchObject(OVERLOADED);
  });

  it('never hold up an answer that is at hand', () => {
    const room = new WaitingRoom();
    room.fill('192.0.2.1', A_PEER);
    expect(room.arrive('192.0.2.1:50000', 'warm')).toBe(principal);
  });

  it('say when to retry', () => {
    const room = new WaitingRoom();
    room.fill('192.0.2.1', A_PEER);
    expect(
      (room.arrive('192.0.2.1:50000') as { retryAfterMs?: number }).retryAfterMs,
    ).toBeGreaterThan(0);
  });

  it('count the peers that the transport cannot tell apart as one', () => {
    const clock = new ManualClock();
    const authenticator = stubAuthenticator(() => new OpenVerdict().promise);
    const gate = new Gate({ authenticator, limits: LIMITS }, clock);
    const nameless = () =>
      gate.decide(authenticated(), { scheme: 'bearer', token: 't' }, { method: '/a.B/C' });
    for (let count = 0; count < A_PEER; count += 1) expect(nameless()).toBeInstanceOf(Promise);
    expect(nameless()).toMatchObject(OVERLOADED);
  });
});

describe('an authentication that is refused as overloaded', () => {
  it('is aborted, and may fail without harm', async () => {
    const room = new WaitingRoom();
    room.fill('192.0.2.1', A_PEER);
    const unhandled = await unhandledRejectionsDuring(() => {
      expect(room.arrive('192.0.2.1:50000')).toMatchObject(OVERLOADED);
      expect(room.signals.at(-1)?.aborted).toBe(true);
      room.verdicts.at(-1)?.reject(new Error('stopped'));
    });
    expect(unhandled).toEqual([]);
    expect(room.clock.waiting).toBe(1);
  });

  it('frees no slot, since it had none', async () => {
    const room = new WaitingRoom();
    room.fill('192.0.2.1', A_PEER);
    expect(room.fill('192.0.2.1', 1)).toBe(0);
    room.verdicts.at(-1)?.resolve(principal);
    await Promise.resolve();
    expect(room.arrive('192.0.2.1:50000')).toMatchObject(OVERLOADED);
  });
});

describe('a slot', () => {
  it.each<readonly [string, (room: WaitingRoom) => void]>([
    ['an answer', (room) => room.verdicts.forEach((verdict) => verdict.resolve(principal))],
    ['a fault', (room) => room.verdicts.forEach((verdict) => verdict.reject(new Error('x')))],
    ['a cancelled call', (room) => room.contexts.forEach((context) => context.cancel())],
    ['the time limit', (room) => room.clock.advance(10_000)],
  ])('is free again after %s, and counted once', async (_what, end) => {
    const room = new WaitingRoom();
    room.fill('192.0.2.1', A_PEER);
    end(room);
    await room.allDecided();
    expect(room.clock.waiting).toBe(0);
    expect(room.fill('192.0.2.1', A_PEER + 1)).toBe(A_PEER);
  });

  it('is freed once, though the verdict comes after the time limit and the cancel after that', async () => {
    const room = new WaitingRoom();
    room.fill('192.0.2.1', A_PEER);
    room.clock.advance(10_000);
    await room.allDecided();
    const late = [...room.verdicts];
    room.fill('192.0.2.1', A_PEER);
    for (const verdict of late) verdict.resolve(principal);
    room.contexts.slice(0, A_PEER).forEach((context) => context.cancel());
    await Promise.all(late.map((verdict) => verdict.promise));
    expect(room.arrive('192.0.2.1:50000')).toMatchObject(OVERLOADED);
  });

  it('of a peer is free again one by one', async () => {
    const room = new WaitingRoom();
    room.fill('192.0.2.1', A_PEER);
    for (const index of [0, 1]) {
      room.verdicts[index]?.resolve(principal);
      await room.decided[index];
    }
    expect(room.fill('192.0.2.1', 3)).toBe(2);
  });
});

describe('a call that arrives when all places are taken', () => {
  const attacker = '192.0.2.1:50000';

  /** The places of all peers are taken, most of them by one connection of an attacker. */
  function full(): WaitingRoom {
    const room = new WaitingRoom();
    for (let count = 0; count < A_PEER; count += 1) void room.arrive(attacker);
    for (let peer = 0; peer < IN_ALL - A_PEER; peer += 1) room.fill(`198.51.100.${peer}`, 1);
    return room;
  }

  it('takes the place of the newest call of the peer and the connection that have most', async () => {
    const room = full();
    expect(room.arrive('203.0.113.1:1')).toBeInstanceOf(Promise);
    expect(await room.decided[A_PEER - 1]).toMatchObject({ ...OVERLOADED, retryAfterMs: 1000 });
    expect(room.arrive('203.0.113.2:1')).toBeInstanceOf(Promise);
    expect(await room.decided[A_PEER - 2]).toMatchObject(OVERLOADED);
    expect(room.signals.filter(({ aborted }) => aborted)).toHaveLength(2);
  });

  it('takes the place of a call of another connection of its own peer, though there is room for others', async () => {
    const room = new WaitingRoom();
    for (let count = 0; count < A_PEER; count += 1) void room.arrive(attacker);
    expect(room.arrive('192.0.2.1:50001')).toBeInstanceOf(Promise);
    expect(await room.decided[A_PEER - 1]).toMatchObject(OVERLOADED);
    expect(room.arrive(attacker)).toMatchObject(OVERLOADED);
  });

  it('on the connection that has most is itself refused, at once', () => {
    const room = full();
    expect(room.arrive(attacker)).toMatchObject(OVERLOADED);
    expect(room.clock.waiting).toBe(1);
  });

  it('aborts the authentication of the call that it displaces, which may fail without harm', async () => {
    const room = full();
    const unhandled = await unhandledRejectionsDuring(async () => {
      void room.arrive('203.0.113.1:1');
      expect(room.signals[A_PEER - 1]?.aborted).toBe(true);
      room.verdicts[A_PEER - 1]?.reject(new Error('stopped'));
      await room.decided[A_PEER - 1];
    });
    expect(unhandled).toEqual([]);
    expect(room.clock.waiting).toBe(1);
  });

  it('leaves a place free again when it has its answer', async () => {
    const room = full();
    const late = room.arrive('203.0.113.1:1');
    room.verdicts.at(-1)?.resolve(principal);
    expect(await late).toBe(principal);
    expect(room.arrive('203.0.113.2:1')).toBeInstanceOf(Promise);
    expect(room.signals.filter(({ aborted }) => aborted)).toHaveLength(1);
  });
});
