import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import type { Authenticator, AuthenticatorEvent } from '../../src/contract/authenticator.ts';
import { CountedAuthenticator } from '../support/counted-authenticator.ts';
import { OpenVerdict, stubAuthenticator } from '../support/stub-authenticator.ts';

function jwt(name: string, rest: Partial<Authenticator> = {}): Authenticator {
  return stubAuthenticator(() => undefined, { name, issuers: [name], ...rest });
}

describe.each(['ready', 'close'] as const)('%s() of a composition', (method) => {
  it('waits for all children', async () => {
    const [first, second] = [new OpenVerdict(), new OpenVerdict()];
    const wait = (verdict: OpenVerdict) => ({ [method]: () => verdict.promise as Promise<void> });
    const composed = anyOf(jwt('a', wait(first)), jwt('b', wait(second)), jwt('c'));
    let settled = false;
    const whole = composed[method]().then(() => {
      settled = true;
    });
    second.resolve(undefined);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(settled).toBe(false);
    first.resolve(undefined);
    await whole;
    expect(settled).toBe(true);
  });

  it('reports a single failure as it is, after the others are through', async () => {
    const failure = new Error('a');
    let through = false;
    const composed = anyOf(
      jwt('a', { [method]: () => Promise.reject(failure) }),
      jwt('b', {
        [method]: async () => {
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
          through = true;
        },
      }),
    );
    await expect(composed[method]()).rejects.toBe(failure);
    expect(through).toBe(true);
  });

  it('reports several failures together, also such as are thrown at once', async () => {
    const [one, two] = [new Error('a'), new Error('b')];
    const composed = anyOf(
      jwt('a', {
        [method]: () => {
          throw one;
        },
      }),
      jwt('b'),
      jwt('c', { [method]: () => Promise.reject(two) }),
    );
    const failure: unknown = await composed[method]().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toEqual([one, two]);
  });
});

describe('ready() of a composition', () => {
  it('hands its signal to each child', async () => {
    const signals: unknown[] = [];
    const ready = async (signal?: AbortSignal) => void signals.push(signal);
    const { signal } = new AbortController();
    await anyOf(jwt('a', { ready }), jwt('b', { ready })).ready(signal);
    expect(signals).toEqual([signal, signal]);
  });
});

describe('subscribe() of a composition', () => {
  it('listens to all children until it is unsubscribed', () => {
    const speaking = new CountedAuthenticator(() => undefined);
    const composed = anyOf(jwt('silent'), speaking);
    const heard: AuthenticatorEvent[] = [];
    const stop = composed.subscribe((event) => heard.push(event));
    const event = { type: 'keys_changed' } as const;
    speaking.emit(event);
    expect(heard).toEqual([event]);
    stop();
    expect(speaking.listening).toBe(0);
  });
});
