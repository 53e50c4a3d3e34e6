import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { startLoopbackServer } from '../../provider/test/support/loopback-server.ts';
import { ACTIVE, send } from './support/provider-server.ts';
import { createSubject, type Subject } from './support/test-authenticator.ts';

type Options = Parameters<typeof createSubject>[1];

/** A provider that holds its answers back until `answer` is called, and counts sockets. */
async function startHolding(options: Options, discovered = false) {
  const held: (() => void)[] = [];
  let holds = true;
  let questions = 0;
  let destroyed = 0;
  let open = 0;
  let mostOpen = 0;
  const server = await startLoopbackServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url !== '/introspect') {
      send(response, {
        issuer: server.origin,
        introspection_endpoint: `${server.origin}/introspect`,
      });
      return;
    }
    questions += 1;
    response.once('close', () => {
      if (!response.writableFinished) destroyed += 1;
    });
    const answer = (): void => send(response, ACTIVE);
    if (holds) held.push(answer);
    else answer();
  });
  server.onSocket((socket) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    socket.once('close', () => {
      open -= 1;
    });
  });
  const where = discovered
    ? { issuer: server.origin }
    : { endpoint: `${server.origin}/introspect` };
  const subject = createSubject(where, options);
  await subject.authenticator.ready();
  return {
    ...subject,
    untilHeld: async (count: number): Promise<void> => {
      await expect.poll(() => held.length).toBe(count);
    },
    opened: server.opened,
    mostOpen: () => mostOpen,
    questions: () => questions,
    destroyed: () => destroyed,
    answer() {
      holds = false;
      for (const release of held.splice(0)) release();
    },
  };
}

/** So many callers, each with a junk token of its own. They leave when the provider has been asked. */
async function leaveAtOnce(
  { decide }: Subject,
  callers: number,
  round: number,
  untilSent: () => Promise<void>,
): Promise<void> {
  const leaving = new AbortController();
  const calls = Array.from({ length: callers }, (_, index) =>
    decide(`junk-${round}-${index}`, leaving.signal),
  );
  await untilSent();
  leaving.abort();
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['unavailable/timeout']));
}

/** What comes before the queue takes no turn of the event loop, as it is at hand. */
const untilWaiting = (): Promise<void> => new Promise(setImmediate);

describe('500 callers with junk tokens that disconnect at once, again and again', () => {
  it.each<readonly [string, Options, boolean]>([
    ['with a cache', { maxConcurrent: 8 }, false],
    ['without a cache', { maxConcurrent: 8, cache: false }, false],
    ['with a discovered endpoint', { maxConcurrent: 8 }, true],
  ])('open at most maxConcurrent sockets, and end none: %s', async (_, options, discovered) => {
    const provider = await startHolding(options, discovered);
    // The metadata have a socket of their own.
    const before = provider.opened();
    await leaveAtOnce(provider, 500, 0, () => provider.untilHeld(8));
    // All places are taken until the provider answers: nothing more is sent.
    for (let round = 1; round < 4; round += 1) {
      await leaveAtOnce(provider, 500, round, untilWaiting);
    }
    const good = provider.decide('good');
    expect(provider.questions()).toBe(8);
    expect(provider.destroyed()).toBe(0);
    provider.answer();
    expect(await good).toBe('accepted');
    expect(provider.destroyed()).toBe(0);
    expect(provider.opened() - before).toBe(8);
    expect(provider.mostOpen()).toBeLessThanOrEqual(8 + before);
  });
});

describe('a question whose caller has disconnected', () => {
  it('is answered for the cache', async () => {
    const provider = await startHolding({});
    await leaveAtOnce(provider, 1, 0, () => provider.untilHeld(1));
    provider.answer();
    // The answer arrives after the caller has left, and before any other call with that token.
    expect(await provider.decide('later')).toBe('accepted');
    const verdict = provider.authenticator.authenticate(
      { scheme: 'bearer', token: 'junk-0-0' },
      { method: '/x/y', signal: new AbortController().signal },
    );
    expect(verdict).toMatchObject({ subject: 'alice' });
    expect(provider.questions()).toBe(2);
  });

  it('is joined by the next caller with that token', async () => {
    const provider = await startHolding({});
    await leaveAtOnce(provider, 1, 0, () => provider.untilHeld(1));
    const next = provider.decide('junk-0-0');
    provider.answer();
    expect(await next).toBe('accepted');
    expect(provider.questions()).toBe(1);
  });

  it('is not joined without a cache: a confirmation must not be older than its call', async () => {
    const provider = await startHolding({ cache: false });
    await leaveAtOnce(provider, 1, 0, () => provider.untilHeld(1));
    const next = provider.decide('junk-0-0');
    await provider.untilHeld(2);
    provider.answer();
    expect(await next).toBe('accepted');
  });

  it('ends at its own time limit, which frees its place', async () => {
    const clock = createFakeClock(Date.now());
    const provider = await startHolding({ clock, maxConcurrent: 1, http: { timeoutMs: 60_000 } });
    await leaveAtOnce(provider, 1, 0, () => provider.untilHeld(1));
    await clock.advance(59_999);
    expect(provider.destroyed()).toBe(0);
    const next = provider.decide('next');
    await clock.advance(1);
    await expect.poll(() => provider.destroyed()).toBe(1);
    await provider.untilHeld(2);
    provider.answer();
    expect(await next).toBe('accepted');
  });

  it('gives the one that waited a time limit of its own', async () => {
    const clock = createFakeClock(Date.now());
    const provider = await startHolding({ clock, maxConcurrent: 1, http: { timeoutMs: 60_000 } });
    const first = provider.decide('first');
    await provider.untilHeld(1);
    await clock.advance(30_000);
    const second = provider.decide('second');
    await clock.advance(30_000);
    expect(await first).toBe('unavailable/introspection');
    await provider.untilHeld(2);
    await clock.advance(59_999);
    provider.answer();
    expect(await second).toBe('accepted');
  });

  it('is dropped if it waits for a place', async () => {
    const provider = await startHolding({ maxConcurrent: 1 });
    const first = provider.decide('first');
    await provider.untilHeld(1);
    await leaveAtOnce(provider, 20, 0, untilWaiting);
    provider.answer();
    expect(await first).toBe('accepted');
    expect(await provider.decide('last')).toBe('accepted');
    expect(provider.questions()).toBe(2);
  });
});
