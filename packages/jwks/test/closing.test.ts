import { describe, expect, it } from 'vitest';
import { keySetOf, startKeyServer } from './support/key-server.ts';
import { createSigner, unknownToken } from './support/signer.ts';
import { createSubject, eventually, settle } from './support/test-authenticator.ts';

const key = createSigner('key');

describe('close()', () => {
  it('leaves no timer and no socket, and calls are unavailable from then on', async () => {
    const server = await startKeyServer([key]);
    const { authenticator, clock, decide, events } = createSubject({ url: server.url });
    expect(await decide(key.token())).toBe('accepted');
    expect(clock.waiting).toBe(1);
    expect(await server.connections()).toBe(1);
    await authenticator.close();
    expect(clock.waiting).toBe(0);
    await eventually(async () => (await server.connections()) === 0);
    const received = events.length;
    await clock.advance(86_400_000);
    await settle();
    expect(await decide(key.token())).toBe('unavailable/jwks');
    expect(await decide(unknownToken())).toBe('unavailable/jwks');
    await expect(authenticator.ready()).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.requests).toHaveLength(1);
    expect(events).toHaveLength(received);
    expect(clock.waiting).toBe(0);
  });

  it('ends a first load that is in progress, and the calls that wait for it', async () => {
    const server = await startKeyServer([key]);
    server.hold();
    const { authenticator, clock, decide, events } = createSubject({ url: server.url });
    const waiting = decide(key.token());
    await eventually(() => server.requests.length === 1);
    await authenticator.close();
    expect(await waiting).toBe('unavailable/jwks');
    expect(events).toEqual([]);
    expect(clock.waiting).toBe(0);
    await eventually(async () => (await server.connections()) === 0);
  });

  it('ends a look-up that is in progress, and the calls that wait for it', async () => {
    const server = await startKeyServer([key]);
    const { authenticator, clock, decide } = createSubject({ url: server.url });
    await authenticator.ready();
    server.hold();
    const waiting = Array.from({ length: 10 }, () => decide(unknownToken()));
    await eventually(() => server.requests.length === 2);
    await authenticator.close();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['unavailable/jwks']));
    expect(clock.waiting).toBe(0);
    await eventually(async () => (await server.connections()) === 0);
  });

  it('prevents a look-up by a call that already has its keys', async () => {
    const server = await startKeyServer([key]);
    const { authenticator, clock, decide } = createSubject({ url: server.url });
    await authenticator.ready();
    const answered = decide(unknownToken());
    await authenticator.close();
    expect(await answered).toBe('unavailable/jwks');
    expect(server.requests).toHaveLength(1);
    expect(clock.waiting).toBe(0);
    await eventually(async () => (await server.connections()) === 0);
  });

  it('ends the wait for the bucket', async () => {
    const server = await startKeyServer([key]);
    const { authenticator, clock, decide } = createSubject({ url: server.url });
    for (let look = 0; look < 2; look += 1) await decide(unknownToken());
    const waiting = decide(unknownToken());
    await settle();
    expect(clock.waiting).toBe(2);
    await authenticator.close();
    expect(await waiting).toBe('unavailable/jwks');
    expect(clock.waiting).toBe(0);
    await clock.advance(60_000);
    await settle();
    expect(server.requests).toHaveLength(3);
  });

  it('ends the back-off', async () => {
    const server = await startKeyServer();
    server.say('', 500);
    const { authenticator, clock, decide } = createSubject({ url: server.url });
    expect(await decide(key.token())).toBe('unavailable/jwks');
    expect(clock.waiting).toBe(1);
    await authenticator.close();
    expect(clock.waiting).toBe(0);
    await clock.advance(86_400_000);
    await settle();
    expect(server.requests).toHaveLength(1);
  });

  it('sets no timer for an answer that arrives while it closes', async () => {
    let answer: (response: Response) => void = () => undefined;
    const fetch = (() =>
      new Promise<Response>((resolve) => {
        answer = resolve;
      })) as typeof globalThis.fetch;
    const url = 'https://id.example.com/jwks';
    const { authenticator, clock, decide } = createSubject({ url }, { http: { fetch } });
    const waiting = decide(key.token());
    await settle();
    const closed = authenticator.close();
    answer(new Response(keySetOf(key.jwk)));
    await closed;
    await waiting;
    expect(clock.waiting).toBe(0);
    expect(await decide(key.token())).toBe('unavailable/jwks');
  });

  it('may be called twice, and before anything was fetched', async () => {
    const server = await startKeyServer([key]);
    const { authenticator, decide } = createSubject({ url: server.url });
    await authenticator.close();
    await authenticator.close();
    expect(await decide(key.token())).toBe('unavailable/jwks');
    expect(server.requests).toHaveLength(0);
  });

  it('still refuses what needs no key', async () => {
    const server = await startKeyServer([key]);
    const { authenticator, decide } = createSubject({ url: server.url });
    await authenticator.close();
    expect(await decide(key.token({ exp: 1 }))).toBe('invalid_token/expired');
  });
});
