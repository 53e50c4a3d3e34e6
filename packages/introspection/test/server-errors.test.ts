import type { Clock } from '@grpc-authn/core/authenticator';
import type { QueueKeys } from '@grpc-authn/core/internal';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { ACTIVE, send } from './support/provider-server.ts';
import { createUncached } from './support/uncached-subject.ts';

const REFUSED = 'unavailable/introspection';
const ATTACKER = '192.0.2.1:1';
/** Of the same address, behind the same NAT. */
const NEIGHBOUR = '192.0.2.1:2';
const OTHER = '198.51.100.7:50000';
const PROXY = {};

/** A provider that answers 5xx about tokens that begin with "poison", and about all while `fails`. */
async function createPoisoned(
  headers: Readonly<Record<string, string>> = {},
  status = 500,
  options: Parameters<typeof createUncached>[0] = {},
) {
  const subject = await createUncached(options);
  let fails = false;
  subject.provider.respond(({ form }, response) => {
    if (fails || form.get('token')?.startsWith('poison')) send(response, '', status, headers);
    else send(response, ACTIVE);
  });
  let sent = 0;
  return {
    ...subject,
    failAll: (does: boolean) => {
      fails = does;
    },
    /** So many new tokens of one connection, one after the other, at this interval. */
    poison: async (count: number, everyMs: number, address = ATTACKER) => {
      const outcomes = new Set<string>();
      for (let index = 0; index < count; index += 1) {
        sent += 1;
        outcomes.add(await subject.decide(`poison-${sent}`, undefined, address));
        await subject.clock.advance(everyMs);
      }
      return outcomes;
    },
    from: (address: string, token = 'good') => subject.decide(token, undefined, address),
    asked: () => subject.provider.questions.length,
  };
}

describe('tokens that make the provider answer 5xx', () => {
  it.each([[5], [50], [200]])('%i in a burst stop nobody, not even their sender', async (count) => {
    const { poison, from, types } = await createPoisoned();
    await poison(count, 0);
    for (const address of [ATTACKER, NEIGHBOUR, OTHER])
      expect(await from(address)).toBe('accepted');
    expect(types()).toEqual([]);
  });

  it('stop their connection if nothing else is answered for a second', async () => {
    const { poison, from, types, asked } = await createPoisoned();
    await poison(6, 250);
    expect(types()).toEqual(['introspection_unavailable']);
    const before = asked();
    expect(await from(ATTACKER)).toBe(REFUSED);
    expect(asked()).toBe(before);
  });

  it('let nobody of their connection wait for a place', async () => {
    const { poison, from, provider } = await createPoisoned({}, 500, { maxConcurrent: 1 });
    await poison(6, 250);
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, ACTIVE));
    });
    const slow = from(OTHER);
    await expect.poll(() => held.length).toBe(1);
    expect(await from(ATTACKER)).toBe(REFUSED);
    held[0]?.();
    expect(await slow).toBe('accepted');
  });

  it('stop those of their connection that wait already', async () => {
    const { poison, from, asked } = await createPoisoned({}, 500, { maxConcurrent: 1 });
    await poison(4, 300);
    const calls = ['poison-a', 'a', 'b'].map((token) => from(ATTACKER, token));
    expect(await Promise.all(calls)).toEqual([REFUSED, REFUSED, REFUSED]);
    expect(asked()).toBe(5);
  });

  it.each([
    ['the same address', NEIGHBOUR],
    ['another address', OTHER],
  ])('stop no other connection of %s', async (_, address) => {
    const { poison, from } = await createPoisoned();
    await poison(6, 250);
    expect(await from(address)).toBe('accepted');
  });

  it('of many connections of several addresses stop no other connection', async () => {
    const { poison, from, clock } = await createPoisoned();
    const attackers = Array.from({ length: 20 }, (_, index) => `192.0.2.${index % 4}:${index}`);
    for (let round = 0; round < 3; round += 1) {
      for (const attacker of attackers) await poison(2, 100, attacker);
      expect(await from(NEIGHBOUR)).toBe('accepted');
      expect(await from(OTHER)).toBe('accepted');
      await clock.advance(500);
    }
  });

  it('stop nobody any more when the provider answers anybody', async () => {
    const { poison, from, types } = await createPoisoned();
    await poison(6, 250);
    expect(await from(ATTACKER)).toBe(REFUSED);
    expect(await from(OTHER)).toBe('accepted');
    expect(await from(ATTACKER)).toBe('accepted');
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
  });

  it('stop nobody while the provider answers others in between', async () => {
    const { poison, from, types } = await createPoisoned();
    for (let round = 0; round < 5; round += 1) {
      await poison(4, 250);
      expect(await from(OTHER)).toBe('accepted');
    }
    expect(types()).toEqual([]);
  });

  it('stop nobody if they are few, over and over', async () => {
    const { decide, clock, types } = await createPoisoned();
    for (let round = 0; round < 10; round += 1) {
      for (const token of ['poison-a', 'poison-b', 'poison-c', 'poison-d']) await decide(token);
      await clock.advance(1000);
    }
    expect(types()).toEqual([]);
  });

  it('are sent again after 5 s, all at once', async () => {
    const { poison, from, clock, types, asked } = await createPoisoned();
    await poison(5, 300);
    expect(types()).toEqual(['introspection_unavailable']);
    const before = asked();
    await clock.advance(4699);
    expect(await from(ATTACKER)).toBe(REFUSED);
    await clock.advance(1);
    expect(await from(ATTACKER)).toBe('accepted');
    expect(asked()).toBe(before + 1);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
  });

  it('stop nobody for a single one after an answer', async () => {
    const { poison, from } = await createPoisoned();
    await poison(6, 250);
    expect(await from(OTHER)).toBe('accepted');
    await poison(1, 0);
    expect(await from(ATTACKER)).toBe('accepted');
  });

  it.each<readonly [string, QueueKeys, QueueKeys]>([
    [
      'connection, where the transport knows it',
      { peer: 'a', connection: {} },
      { peer: 'a', connection: {} },
    ],
    [
      'peer, where limits.peerOf distinguishes callers of one connection',
      { peer: 'a', connection: PROXY },
      { peer: 'b', connection: PROXY },
    ],
    [
      'peer, where the transport knows no connection',
      { peer: 'a', connection: undefined },
      { peer: 'b', connection: undefined },
    ],
  ])('stop only the %s', async (_, attacker, good) => {
    const { poison, authenticator } = await createPoisoned();
    const ask = (queueKeys: QueueKeys, token: string) =>
      authenticator.authenticate({ scheme: 'bearer', token }, {
        method: '/a.B/C',
        signal: new AbortController().signal,
        queueKeys,
      } as never);
    await poison(5, 300);
    expect(await ask(attacker, 'poison-a')).toMatchObject({ code: 'unavailable' });
    expect(await ask({ ...attacker }, 'good')).toMatchObject({ retryAfterMs: 5000 });
    expect(await ask(good, 'good')).toMatchObject({ subject: 'alice' });
  });
});

describe('a provider that answers all with 5xx', () => {
  it('is asked once by each connection, and then by none for 5 s', async () => {
    const { poison, from, failAll, types, asked } = await createPoisoned();
    failAll(true);
    await poison(5, 300);
    const connections = [ATTACKER, NEIGHBOUR, OTHER, '203.0.113.9:1'];
    let before = asked();
    for (const address of connections) expect(await from(address)).toBe(REFUSED);
    expect(asked()).toBe(before + 3);
    before = asked();
    for (const address of connections) expect(await from(address, 'next')).toBe(REFUSED);
    expect(asked()).toBe(before);
    expect(types()).toEqual(['introspection_unavailable']);
  });

  it('is asked once every 5 s by each of several connections', async () => {
    const { from, poison, clock, failAll, asked } = await createPoisoned();
    failAll(true);
    await poison(5, 300);
    await from(OTHER);
    let before = asked();
    for (let step = 0; step < 200; step += 1) {
      await clock.advance(100);
      for (const address of [ATTACKER, OTHER]) await from(address, `token-${step}`);
    }
    expect(asked() - before).toBeGreaterThanOrEqual(6);
    expect(asked() - before).toBeLessThanOrEqual(10);
    before = asked();
    failAll(false);
    await clock.advance(5000);
    expect(await from(OTHER)).toBe('accepted');
    expect(await from(ATTACKER)).toBe('accepted');
  });

  it('is stopped again a second after the last rest', async () => {
    const { poison, clock, types, failAll, from, asked } = await createPoisoned();
    failAll(true);
    await poison(5, 300);
    await clock.advance(5000);
    await poison(4, 300);
    expect(types()).toHaveLength(1);
    await poison(1, 0);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_unavailable']);
    const before = asked();
    expect(await from(ATTACKER)).toBe(REFUSED);
    expect(asked()).toBe(before);
  });

  it('is not kept from the others by a probe that gets 5xx', async () => {
    const { provider, askAbout, poison, from, clock } = await createPoisoned();
    provider.say('', 429);
    await askAbout('token', 5);
    provider.respond(({ form }, response) => {
      send(response, ACTIVE, form.get('token')?.startsWith('poison') ? 500 : 200);
    });
    await clock.advance(5000);
    expect(await poison(1, 0)).toEqual(new Set([REFUSED]));
    // They do not wait for each other, as they would for a probe.
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, ACTIVE));
    });
    const calls = [from(ATTACKER), from(OTHER)];
    await expect.poll(() => held.length).toBe(2);
    for (const answer of held) answer();
    expect(await Promise.all(calls)).toEqual(['accepted', 'accepted']);
  });
});

describe('Retry-After', () => {
  it('of 429 is honoured at once, for all', async () => {
    const { poison, from, clock, asked } = await createPoisoned({ 'retry-after': '7' }, 429);
    await poison(1, 0);
    for (const address of [ATTACKER, OTHER]) expect(await from(address)).toBe(REFUSED);
    await clock.advance(6999);
    expect(await from(OTHER)).toBe(REFUSED);
    expect(asked()).toBe(1);
    await clock.advance(1);
    expect(await from(OTHER)).toBe('accepted');
  });

  it('of 503 is honoured at once, for the connection of the token', async () => {
    const { poison, from, clock, asked } = await createPoisoned({ 'retry-after': '7' }, 503);
    await poison(1, 0);
    expect(await from(ATTACKER)).toBe(REFUSED);
    await clock.advance(6999);
    expect(await from(ATTACKER)).toBe(REFUSED);
    expect(asked()).toBe(1);
    await clock.advance(1);
    expect(await from(ATTACKER)).toBe('accepted');
  });

  it.each([[NEIGHBOUR], [OTHER]])('of 503 stops no other connection: %s', async (address) => {
    const { poison, from } = await createPoisoned({ 'retry-after': '7' }, 503);
    await poison(1, 0);
    expect(await from(address)).toBe('accepted');
  });

  it('of 503 stops only the token, if the provider answers others within the same second', async () => {
    const { poison, from, clock, asked } = await createPoisoned({ 'retry-after': '7' }, 503);
    await from(OTHER);
    await clock.advance(999);
    await poison(1, 0);
    expect(await from(ATTACKER)).toBe('accepted');
    const before = asked();
    for (const address of [ATTACKER, OTHER]) expect(await from(address, 'poison-1')).toBe(REFUSED);
    await clock.advance(6999);
    expect(await from(OTHER, 'poison-1')).toBe(REFUSED);
    expect(asked()).toBe(before);
    await clock.advance(1);
    await from(OTHER, 'poison-1');
    expect(asked()).toBe(before + 1);
  });

  it('of 503 stops the connection a second after the last answer', async () => {
    const { poison, from, clock } = await createPoisoned({ 'retry-after': '7' }, 503);
    await from(OTHER);
    await clock.advance(1000);
    await poison(1, 0);
    expect(await from(ATTACKER)).toBe(REFUSED);
  });

  it.each([[429], [503]])('of %i is honoured up to 60 s', async (status) => {
    const { poison, from, clock } = await createPoisoned({ 'retry-after': '3600' }, status);
    await poison(1, 0);
    await clock.advance(59_999);
    expect(await from(ATTACKER)).toBe(REFUSED);
    await clock.advance(1);
    expect(await from(ATTACKER)).toBe('accepted');
  });

  it('of 500 asks for nothing', async () => {
    const { poison, from } = await createPoisoned({ 'retry-after': '7' }, 500);
    await poison(1, 0);
    expect(await from(ATTACKER)).toBe('accepted');
  });

  it('ends on time though the wall clock is set back', async () => {
    let stepMs = 0;
    const real = createFakeClock();
    const clock: Clock = {
      nowMs: () => real.nowMs() + stepMs,
      setTimer: (ms, fire) => real.setTimer(ms, fire),
    };
    const { provider, decide, refusal } = await createUncached({ clock });
    provider.say('', 429, { 'retry-after': '7' });
    await decide('first');
    stepMs = -3_600_000;
    provider.say(ACTIVE);
    expect((await refusal('good')).retryAfterMs).toBe(7000);
    await real.advance(7000);
    expect(await decide('good')).toBe('accepted');
  });
});
