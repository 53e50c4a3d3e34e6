import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { createSigner, unknownToken } from './support/signer.ts';
import { createSubject, eventually, settle } from './support/test-authenticator.ts';

const key = createSigner('key');
const added = createSigner('added');
const store = new AsyncLocalStorage<number>();

/** Each caller in a store of its own; what it gets, and the store in which it gets it. */
function callTogether(
  count: number,
  decide: () => Promise<string>,
): Promise<readonly (readonly [string, number | undefined])[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      store.run(index, async () => {
        const verdict = await decide();
        return [verdict, store.getStore()] as const;
      }),
    ),
  );
}

function eachOwn(count: number, verdict: string) {
  return Array.from({ length: count }, (_, index) => [verdict, index]);
}

describe('32 concurrent callers', () => {
  it('resume in their own stores after a load that they share', async () => {
    const server = await startKeyServer([key]);
    const { decide } = createSubject({ url: server.url });
    expect(await callTogether(32, () => decide(key.token()))).toEqual(eachOwn(32, 'accepted'));
    expect(server.requests).toHaveLength(1);
  });

  it('resume in their own stores after a look-up that they share', async () => {
    const server = await startKeyServer([key]);
    const { decide, authenticator } = createSubject({ url: server.url });
    await authenticator.ready();
    server.publish([key, added]);
    expect(await callTogether(32, () => decide(added.token()))).toEqual(eachOwn(32, 'accepted'));
    expect(server.requests).toHaveLength(2);
  });

  it('resume in their own stores after they waited for the bucket', async () => {
    const server = await startKeyServer([key]);
    const { decide, clock } = createSubject({ url: server.url });
    for (let look = 0; look < 2; look += 1) await decide(unknownToken());
    const together = callTogether(32, () => decide(unknownToken()));
    await settle();
    await store.run(-1, () => clock.advance(1000));
    expect(await together).toEqual(eachOwn(32, 'invalid_token/unknown_key'));
  });

  it('resume in their own stores after an outage that they share', async () => {
    const server = await startKeyServer();
    server.say('', 500);
    const { decide } = createSubject({ url: server.url });
    expect(await callTogether(32, () => decide(key.token()))).toEqual(
      eachOwn(32, 'unavailable/jwks'),
    );
    expect(server.requests).toHaveLength(1);
  });
});

describe('a caller that is cancelled', () => {
  it('does not abort a load that other callers share', async () => {
    const server = await startKeyServer([key]);
    const { decide } = createSubject({ url: server.url });
    const release = server.hold();
    const controller = new AbortController();
    const first = decide(key.token(), controller.signal);
    const others = callTogether(31, () => decide(key.token()));
    await eventually(() => server.requests.length === 1);
    controller.abort();
    release();
    expect(await others).toEqual(eachOwn(31, 'accepted'));
    await first;
    expect(server.requests).toHaveLength(1);
  });

  it('does not abort a look-up that other callers share, even if it was the first', async () => {
    const server = await startKeyServer([key]);
    const { decide, authenticator } = createSubject({ url: server.url });
    await authenticator.ready();
    server.publish([key, added]);
    const release = server.hold();
    const controller = new AbortController();
    const first = decide(added.token(), controller.signal);
    const others = callTogether(31, () => decide(added.token()));
    await eventually(() => server.requests.length === 2);
    controller.abort();
    expect(await first).toBe('unavailable/timeout');
    release();
    expect(await others).toEqual(eachOwn(31, 'accepted'));
    expect(server.requests).toHaveLength(2);
  });

  it('leaves no listener on its signal, whatever the answer', async () => {
    const server = await startKeyServer([key]);
    const { decide } = createSubject({ url: server.url });
    const { signal } = new AbortController();
    expect(await decide(unknownToken(), signal)).toBe('invalid_token/unknown_key');
    server.publish([key, added]);
    expect(await decide(added.token(), signal)).toBe('accepted');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
