import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { ACTIVE, send } from './support/provider-server.ts';
import { createUncached } from './support/uncached-subject.ts';

const REFUSED = 'unavailable/introspection';
const OTHER = '198.51.100.7:50000';

/** A provider that answers 5xx about tokens that begin with "poison", and about all while `fails`. */
async function createPoisoned(headers: Readonly<Record<string, string>> = {}, status = 500) {
  const clock = createFakeClock(Date.now());
  const subject = await createUncached({ clock });
  let fails = false;
  subject.provider.respond(({ form }, response) => {
    if (fails || form.get('token')?.startsWith('poison')) send(response, '', status, headers);
    else send(response, ACTIVE);
  });
  let sent = 0;
  return {
    ...subject,
    clock,
    failAll: (does: boolean) => {
      fails = does;
    },
    /** So many new tokens of one peer, one after the other, at this interval. */
    poison: async (count: number, everyMs: number, address?: string) => {
      const outcomes = new Set<string>();
      for (let index = 0; index < count; index += 1) {
        sent += 1;
        outcomes.add(await subject.decide(`poison-${sent}`, undefined, address));
        await clock.advance(everyMs);
      }
      return outcomes;
    },
    from: (address: string | undefined, token = 'good') =>
      subject.decide(token, undefined, address),
    asked: () => subject.provider.questions.length,
  };
}

describe('tokens that make the provider answer 5xx', () => {
  it.each([[5], [50], [200]])('%i in a burst stop nobody, not even their peer', async (count) => {
    const { poison, from, types } = await createPoisoned();
    await poison(count, 0);
    expect(await from(undefined)).toBe('accepted');
    expect(await from(OTHER)).toBe('accepted');
    expect(types()).toEqual([]);
  });

  it('stop only their peer if nothing else is answered for a second', async () => {
    const { poison, from, types, asked } = await createPoisoned();
    await poison(6, 250);
    expect(types()).toEqual(['introspection_unavailable']);
    const before = asked();
    expect(await from(undefined)).toBe(REFUSED);
    expect(asked()).toBe(before);
    expect(await from(OTHER)).toBe('accepted');
  });

  it('stop their peer by its address, whatever its port', async () => {
    const { poison, from } = await createPoisoned();
    await poison(6, 250, '[2001:db8::1]:1');
    expect(await from('[2001:db8::2]:2')).toBe(REFUSED);
    expect(await from('[2001:db8:1::1]:1')).toBe('accepted');
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
    expect(await from(undefined)).toBe(REFUSED);
    await clock.advance(1);
    expect(await from(undefined)).toBe('accepted');
    expect(asked()).toBe(before + 1);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
  });
});

describe('a provider that answers all peers with 5xx', () => {
  it('is asked by none for 5 s', async () => {
    const { poison, from, types, asked } = await createPoisoned();
    await poison(2, 250);
    await poison(2, 250, OTHER);
    await poison(1, 0, OTHER);
    expect(types()).toEqual(['introspection_unavailable']);
    const before = asked();
    for (const address of [undefined, OTHER, '203.0.113.9:1']) {
      expect(await from(address)).toBe(REFUSED);
    }
    expect(asked()).toBe(before);
  });

  it('is not kept from the others by one peer whose token is the probe', async () => {
    const { poison, from, clock } = await createPoisoned();
    await poison(2, 300);
    await poison(3, 300, OTHER);
    expect(await from('203.0.113.9:1')).toBe(REFUSED);
    await clock.advance(5000);
    expect(await poison(1, 0, OTHER)).toEqual(new Set([REFUSED]));
    expect(await from('203.0.113.9:1')).toBe('accepted');
  });

  it('is stopped again a second after a probe that got 5xx', async () => {
    const { poison, from, clock, types, failAll, asked } = await createPoisoned();
    failAll(true);
    await poison(2, 300);
    await poison(3, 300, OTHER);
    await clock.advance(5000);
    await poison(3, 300);
    await poison(2, 300, OTHER);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_unavailable']);
    const before = asked();
    expect(await from('203.0.113.9:1')).toBe(REFUSED);
    expect(asked()).toBe(before);
  });
});

describe('Retry-After', () => {
  it('of 429 is honoured at once, for all', async () => {
    const { poison, from, clock, asked } = await createPoisoned({ 'retry-after': '7' }, 429);
    await poison(1, 0);
    for (const address of [undefined, OTHER]) expect(await from(address)).toBe(REFUSED);
    await clock.advance(6999);
    expect(await from(OTHER)).toBe(REFUSED);
    expect(asked()).toBe(1);
    await clock.advance(1);
    expect(await from(OTHER)).toBe('accepted');
  });

  it('of 503 is honoured at once, for the peer of the token', async () => {
    const { poison, from, clock, asked } = await createPoisoned({ 'retry-after': '7' }, 503);
    await poison(1, 0);
    expect(await from(undefined)).toBe(REFUSED);
    await clock.advance(6999);
    expect(await from(undefined)).toBe(REFUSED);
    expect(asked()).toBe(1);
    expect(await from(OTHER)).toBe('accepted');
    await clock.advance(1);
    expect(await from(undefined)).toBe('accepted');
  });

  it.each([[429], [503]])('of %i is honoured up to 60 s', async (status) => {
    const { poison, from, clock } = await createPoisoned({ 'retry-after': '3600' }, status);
    await poison(1, 0);
    await clock.advance(59_999);
    expect(await from(undefined)).toBe(REFUSED);
    await clock.advance(1);
    expect(await from(undefined)).toBe('accepted');
  });

  it('of 500 asks for nothing', async () => {
    const { poison, from } = await createPoisoned({ 'retry-after': '7' }, 500);
    await poison(1, 0);
    expect(await from(undefined)).toBe('accepted');
  });
});
