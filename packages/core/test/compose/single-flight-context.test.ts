import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AuthenticationContext } from '../../src/contract/authenticator.ts';
import { CallContext } from '../support/call-context.ts';
import { createCached, principalFor } from '../support/counted-authenticator.ts';
import { OpenVerdict } from '../support/stub-authenticator.ts';

const store = new AsyncLocalStorage<string>();

describe('a verification that callers share', () => {
  it('runs in the async context of none of them, from its start to its end', async () => {
    const stores: unknown[] = [];
    const { ask, clock } = createCached({}, async (credentials) => {
      stores.push(store.getStore());
      await setImmediate();
      stores.push(store.getStore());
      return principalFor(credentials, clock);
    });
    await Promise.all(['a', 'b', 'c'].map((name) => store.run(name, () => ask('t'))));
    expect(stores).toEqual([undefined, undefined]);
  });

  it('runs in none where it is no promise either', () => {
    const stores: unknown[] = [];
    const { ask, clock } = createCached({}, (credentials) => {
      stores.push(store.getStore());
      return principalFor(credentials, clock);
    });
    store.run('a', () => ask('t'));
    expect(stores).toEqual([undefined]);
  });

  it('lets each of 100 go on in its own, though the first has left', async () => {
    const verdict = new OpenVerdict();
    const { ask, clock, inner } = createCached({}, () => verdict.promise);
    const contexts = Array.from({ length: 100 }, () => new CallContext());
    const calls = contexts.map((context, index) =>
      store.run(`caller ${index}`, async () => {
        const answer = await ask('t', { context });
        return { answer, store: store.getStore() };
      }),
    );
    contexts[0]?.cancel();
    const principal = principalFor({ scheme: 'bearer', token: 't' }, clock);
    store.run('the provider', () => verdict.resolve(principal));
    const outcomes = await Promise.all(calls);
    expect(outcomes.map((outcome) => outcome.store)).toEqual(
      contexts.map((_, index) => `caller ${index}`),
    );
    expect(outcomes[0]?.answer).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    for (const { answer } of outcomes.slice(1)) expect(answer).toBe(principal);
    expect(inner.asked).toHaveLength(1);
  });

  it('shows only the peer that began it, for fair queues', () => {
    const received: AuthenticationContext[] = [];
    const { ask } = createCached({}, (_credentials, _clock, context) => {
      received.push(context);
      return new OpenVerdict().promise;
    });
    const context = new CallContext('192.0.2.7:1', '/a.B/C', 'a.example');
    void ask('t', { context });
    expect(received).toHaveLength(1);
    const { method, authority, peer, signal } = received[0]!;
    expect({ method, authority, peer }).toEqual({
      method: '',
      authority: undefined,
      peer: { address: '192.0.2.7:1' },
    });
    expect(signal).not.toBe(context.signal);
    expect(signal).toBe(received[0]?.signal);
  });
});
