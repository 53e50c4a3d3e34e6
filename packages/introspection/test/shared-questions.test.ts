import { AsyncLocalStorage } from 'node:async_hooks';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { ACTIVE } from './support/provider-server.ts';
import { createHeld } from './support/held-provider.ts';
import { createSubject } from './support/test-authenticator.ts';

const FLOOD = '192.0.2.66:1';
const GOOD = '198.51.100.7:1';

/** One place, which is taken, and 50 questions of a flooding connection that wait before `shared`. */
async function createFlooded(options: Parameters<typeof createHeld>[0] = {}) {
  const subject = await createHeld(options);
  const flood = ['first', ...Array.from({ length: 50 }, (_, index) => `junk-${index}`)];
  const junk = flood.map((token) => subject.decide(token, undefined, FLOOD));
  await subject.untilAsked(1);
  return { ...subject, junk };
}

describe('a question that calls of several peers share', () => {
  it('is sent in the turn of the peer that comes first, though another one asked first', async () => {
    const { decide, answerOne, untilAsked, asked, answerAll, junk } = await createFlooded();
    const calls = [decide('shared', undefined, FLOOD), decide('shared', undefined, GOOD)];
    answerOne();
    await untilAsked(2);
    answerOne();
    await untilAsked(3);
    expect(asked()[2]).toBe('shared');
    answerAll();
    expect(await Promise.all(calls)).toEqual(['accepted', 'accepted']);
    await Promise.all(junk);
    // Its other turn was dropped.
    expect(asked().filter((token) => token === 'shared')).toHaveLength(1);
    expect(await decide('last')).toBe('accepted');
  });

  it('has no turn of a peer that has left', async () => {
    const { decide, answerOne, untilAsked, asked, answerAll } = await createFlooded();
    const leaving = new AbortController();
    const stays = decide('shared', undefined, FLOOD);
    const leaves = decide('shared', leaving.signal, GOOD);
    leaving.abort();
    expect(await leaves).toBe('unavailable/timeout');
    answerOne();
    await untilAsked(2);
    answerOne();
    await untilAsked(3);
    expect(asked()).not.toContain('shared');
    answerAll();
    expect(await stays).toBe('accepted');
  });

  it('is not lost when the peer that asked first leaves', async () => {
    const { decide, answerAll } = await createFlooded();
    const leaving = new AbortController();
    const leaves = decide('shared', leaving.signal, FLOOD);
    const stays = decide('shared', undefined, GOOD);
    leaving.abort();
    expect(await leaves).toBe('unavailable/timeout');
    answerAll();
    expect(await stays).toBe('accepted');
  });

  it('is not refused when the peer that asked first has lost its place', async () => {
    const subject = await createHeld();
    const first = subject.decide('first');
    await subject.untilAsked(1);
    const callers = Array.from({ length: 8191 }, () => new AbortController());
    const junk = callers.map(({ signal }, index) => subject.decide(`junk-${index}`, signal, FLOOD));
    const shared = [subject.decide('shared', undefined, FLOOD)];
    shared.push(subject.decide('shared', undefined, GOOD));
    // The peer has all its places, so the newest of its largest connection loses one: that of `shared`.
    const late = subject.decide('late', undefined, '192.0.2.66:2');
    for (const leaving of callers) leaving.abort();
    expect(new Set(await Promise.all(junk))).toEqual(new Set(['unavailable/timeout']));
    subject.answerAll();
    expect(await Promise.all(shared)).toEqual(['accepted', 'accepted']);
    expect(await Promise.all([first, late])).toEqual(['accepted', 'accepted']);
  });

  it('is not ended by the time limit of the call that asked first', async () => {
    const clock = createFakeClock();
    const { decide, answerAll } = await createFlooded({ clock });
    const early = decide('shared', undefined, FLOOD);
    await clock.advance(59_999);
    const late = decide('shared', undefined, GOOD);
    await clock.advance(1);
    answerAll();
    expect(await Promise.all([early, late])).toEqual(['accepted', 'accepted']);
  });

  it('ends at the time limit of the call that asked last', async () => {
    const clock = createFakeClock();
    const { decide, answerOne, untilAsked, asked } = await createFlooded({ clock });
    let ended = 0;
    const ask = (address: string) =>
      decide('shared', undefined, address).finally(() => {
        ended += 1;
      });
    const early = ask(FLOOD);
    await clock.advance(20_000);
    const late = ask(GOOD);
    await clock.advance(10_000);
    answerOne();
    await untilAsked(2);
    await clock.advance(49_999);
    expect(ended).toBe(0);
    await clock.advance(1);
    expect(await Promise.all([early, late])).toEqual([
      'unavailable/introspection',
      'unavailable/introspection',
    ]);
    expect(asked()).toEqual(['first', 'junk-0']);
  });

  it('lets each call resume in its own async context, and runs in none', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const { decide } = createSubject(
      { endpoint: 'https://id.example.com/introspect' },
      {
        maxConcurrent: 1,
        http: {
          fetch: async () => {
            seen.push(store.getStore());
            return Response.json(ACTIVE);
          },
        },
      },
    );
    const ask = (name: string, token: string, address: string) =>
      store.run(name, async () => {
        await decide(token, undefined, address);
        return store.getStore();
      });
    const names = await Promise.all([
      ask('a', 'first', FLOOD),
      ask('b', 'shared', FLOOD),
      ask('c', 'shared', GOOD),
    ]);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual([undefined, undefined]);
  });
});
