import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { ACTIVE, send, startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';
import { createUncached } from './support/uncached-subject.ts';

const REST_MS = 5000;

async function createAtRest() {
  const subject = await createUncached();
  await subject.askAbout('token', 5);
  return subject;
}

describe('a caller that disconnects from the probe', () => {
  it('does not keep the circuit open: the request goes on without it', async () => {
    const { provider, clock, decide, types } = await createAtRest();
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, ACTIVE));
    });
    await clock.advance(REST_MS);
    const leaving = new AbortController();
    const probe = decide('probe', leaving.signal);
    await expect.poll(() => held.length).toBe(1);
    leaving.abort();
    expect(await probe).toBe('unavailable/timeout');
    const good = decide('good');
    provider.say(ACTIVE);
    held[0]?.();
    expect(await good).toBe('accepted');
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
  });

  it('does not close the circuit either', async () => {
    const { provider, clock, decide, types } = await createAtRest();
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, '', 429));
    });
    await clock.advance(REST_MS);
    const leaving = new AbortController();
    const probe = decide('probe', leaving.signal);
    await expect.poll(() => held.length).toBe(1);
    leaving.abort();
    await probe;
    held[0]?.();
    expect(await decide('next')).toBe('unavailable/introspection');
    expect(provider.questions).toHaveLength(6);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_unavailable']);
  });

  it('sends nothing for a caller that disconnected while it waited for the probe', async () => {
    const { provider, clock, decide } = await createAtRest();
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, ACTIVE));
    });
    await clock.advance(REST_MS);
    const probe = decide('probe');
    await expect.poll(() => held.length).toBe(1);
    const leaving = new AbortController();
    const waiting = decide('waiting', leaving.signal);
    leaving.abort();
    expect(await waiting).toBe('unavailable/timeout');
    provider.say(ACTIVE);
    held[0]?.();
    expect(await probe).toBe('accepted');
    expect(await decide('last')).toBe('accepted');
    expect(provider.questions.map(({ form }) => form.get('token'))).not.toContain('waiting');
  });
});

describe('a provider that answers the probe with 404', () => {
  it('has not recovered until it answers', async () => {
    const { provider, clock, decide, types } = await createAtRest();
    provider.say('', 404);
    await clock.advance(REST_MS);
    await decide('probe');
    expect(types()).toEqual(['introspection_unavailable']);
    provider.say(ACTIVE);
    expect(await decide('good')).toBe('accepted');
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
  });
});

describe('callers that wait for a place', () => {
  it('are under the time limit too, and under a circuit that opens meanwhile', async () => {
    const provider = await startProvider();
    provider.respond(() => undefined);
    const { decide } = createSubject(provider, { maxConcurrent: 2, http: { timeoutMs: 200 } });
    const calls = Array.from({ length: 40 }, (_, index) => decide(`token-${index}`));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['unavailable/introspection']));
    // One after the other they would have been twenty questions deep.
    expect(provider.questions.length).toBeLessThanOrEqual(4);
  });

  it('free their places when they disconnect: as many as may wait shut nobody out', async () => {
    const provider = await startProvider();
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, ACTIVE));
    });
    const { decide } = createSubject(provider, { maxConcurrent: 1, cache: false });
    const first = decide('first');
    await expect.poll(() => held.length).toBe(1);
    const callers = Array.from({ length: 8192 }, () => new AbortController());
    const left = callers.map(({ signal }, index) => decide(`t-${index}`, signal));
    // The queue is full.
    expect(await decide('one-too-many')).toBe('unavailable/overloaded');
    for (const leaving of callers) leaving.abort();
    expect(new Set(await Promise.all(left))).toEqual(new Set(['unavailable/timeout']));
    const next = decide('next');
    provider.say(ACTIVE);
    held[0]?.();
    expect(await Promise.all([first, next])).toEqual(['accepted', 'accepted']);
    expect(provider.questions).toHaveLength(2);
  });

  it('are asked about in their own async context, whichever call freed the place', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: (readonly [string, string | undefined])[] = [];
    const { decide } = createSubject(
      { endpoint: 'https://id.example.com/introspect' },
      {
        maxConcurrent: 1,
        cache: false,
        http: {
          fetch: async (_, init) => {
            const token = new URLSearchParams(init?.body as string).get('token') ?? '';
            seen.push([token, store.getStore()]);
            return Response.json(ACTIVE);
          },
        },
      },
    );
    const callers = ['a', 'b', 'c'];
    await Promise.all(callers.map((name) => store.run(name, () => decide(name))));
    expect(seen).toEqual(callers.map((name) => [name, name]));
  });
});

it('the metadata that all calls wait for is fetched in no caller’s async context', async () => {
  const store = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const { decide } = createSubject(
    { issuer: 'https://id.example.com' },
    {
      cache: false,
      http: {
        fetch: async (url) => {
          if (!(url as URL).href.includes('.well-known')) return Response.json(ACTIVE);
          seen.push(store.getStore());
          return Response.json({
            issuer: 'https://id.example.com',
            introspection_endpoint: 'https://id.example.com/introspect',
          });
        },
      },
    },
  );
  expect(await store.run('caller', () => decide('token'))).toBe('accepted');
  expect(seen).toEqual([undefined]);
});
