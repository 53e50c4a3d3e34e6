import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { AuthenticationContext } from '../../src/contract/authenticator.ts';
import { watchCalls } from '../../src/contract/watched-calls.ts';
import { CallContext } from '../support/call-context.ts';
import { createCached } from '../support/counted-authenticator.ts';
import { OpenVerdict } from '../support/stub-authenticator.ts';

/** The peers of calls that joined (+) and left (-), as far as they are watched. */
function watch(context: AuthenticationContext) {
  const seen: string[] = [];
  const stop = watchCalls(context, {
    joined: ({ peer }) => seen.push(`+${peer}`),
    left: ({ peer }) => seen.push(`-${peer}`),
  });
  return { seen, stop };
}

describe('the watched calls of a context', () => {
  it('are the one call, until it is cancelled', () => {
    const context = new CallContext('192.0.2.1:1');
    const { seen } = watch(context);
    expect(seen).toEqual(['+192.0.2.1']);
    context.cancel();
    expect(seen).toEqual(['+192.0.2.1', '-192.0.2.1']);
  });

  it('are none if it is cancelled already', () => {
    const context = new CallContext();
    context.cancel();
    expect(watch(context).seen).toEqual([]);
  });

  it('are not reported after the end, and leave no listener behind', () => {
    const context = new CallContext('192.0.2.1:1');
    const { seen, stop } = watch(context);
    stop();
    context.cancel();
    expect(seen).toEqual(['+192.0.2.1']);
    expect(getEventListeners(context.signal, 'abort')).toEqual([]);
  });
});

describe('the watched calls of a shared verification', () => {
  function createShared() {
    let shared: AuthenticationContext | undefined;
    const { ask } = createCached({}, (_credentials, _clock, context) => {
      shared = context;
      return new OpenVerdict().promise;
    });
    const join = (address: string): CallContext => {
      const context = new CallContext(address);
      void ask('t', { context });
      return context;
    };
    return { join, watch: () => watch(shared!) };
  }

  it('are those that wait already, and those that join and leave later', () => {
    const { join, watch: watchShared } = createShared();
    join('192.0.2.1:1');
    const second = join('192.0.2.2:1');
    join('192.0.2.3:1');
    second.cancel();
    const { seen } = watchShared();
    expect(seen).toEqual(['+192.0.2.1', '+192.0.2.3']);
    join('192.0.2.4:1').cancel();
    expect(seen.slice(2)).toEqual(['+192.0.2.4', '-192.0.2.4']);
  });

  it('are not reported after the end', () => {
    const { join, watch: watchShared } = createShared();
    join('192.0.2.1:1');
    const { seen, stop } = watchShared();
    stop();
    join('192.0.2.2:1').cancel();
    expect(seen).toEqual(['+192.0.2.1']);
  });

  it('count once each, though the same call joins twice', () => {
    const { join, watch: watchShared } = createShared();
    const first = join('192.0.2.1:1');
    join('192.0.2.1:1');
    const { seen } = watchShared();
    first.cancel();
    expect(seen).toEqual(['+192.0.2.1', '+192.0.2.1', '-192.0.2.1']);
  });
});
