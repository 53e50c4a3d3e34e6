import { describe, expect, it } from 'vitest';
import { keySetOf, type KeyServer, startKeyServer } from './support/key-server.ts';
import { createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('key');

/** Content that is no key set, and the answers that bring none. */
const REFUSED: readonly (readonly [string, (server: KeyServer) => void])[] = [
  ['HTML', (server) => server.say('<html>welcome</html>', 200, { 'content-type': 'text/html' })],
  ['nothing', (server) => server.say('')],
  ['JSON that is cut off', (server) => server.say(keySetOf(key.jwk).slice(0, -3))],
  ['null', (server) => server.say('null')],
  ['an array', (server) => server.say('[]')],
  ['an array of keys', (server) => server.say(JSON.stringify([key.jwk]))],
  ['a key alone', (server) => server.say(JSON.stringify(key.jwk))],
  ['a text', (server) => server.say('"keys"')],
  ['a number', (server) => server.say('5')],
  ['an object without keys', (server) => server.say('{}')],
  ['keys that are null', (server) => server.say('{"keys":null}')],
  ['keys that are an object', (server) => server.say('{"keys":{}}')],
  ['keys that are a text', (server) => server.say('{"keys":"[]"}')],
  ['keys of __proto__', (server) => server.say('{"__proto__":{"keys":[]}}')],
  ['a 204', (server) => server.say('', 204)],
  ['a 201 with keys', (server) => server.say(keySetOf(key.jwk), 201)],
  ['a 302', (server) => server.say('', 302, { location: '/elsewhere' })],
  ['a 304', (server) => server.say('', 304)],
  ['a 401', (server) => server.say(keySetOf(key.jwk), 401)],
  ['a 404 with keys', (server) => server.say(keySetOf(key.jwk), 404)],
  ['a 500 with an empty set', (server) => server.say(keySetOf(), 500)],
];

describe('instead of a key set', () => {
  it.each(REFUSED)('%s keeps the old set, and does not count as a refresh', async (_, refuse) => {
    const server = await startKeyServer([key]);
    const subject = createSubject({ url: server.url }, { staleIfErrorSeconds: 60 });
    const { clock, decide, events, reported } = subject;
    await subject.authenticator.ready();
    refuse(server);
    await clock.advance(540_000);
    await reported('keys_unavailable', 1);
    expect(events.at(-1)).toMatchObject({ detail: { servingLastGoodSet: true } });
    expect(await decide(key.token())).toBe('accepted');
    // What counts is when the last good set was received: a minute after its age it is gone.
    await clock.advance(119_999);
    expect(await decide(key.token())).toBe('accepted');
    await clock.advance(1);
    expect(await decide(key.token())).toBe('unavailable/jwks');
  });

  it.each(REFUSED)('%s leaves a first call unavailable, never refused', async (_, refuse) => {
    const server = await startKeyServer();
    refuse(server);
    const { decide, verdict, events } = createSubject({ url: server.url });
    expect(await verdict(key.token())).toMatchObject({ code: 'unavailable', reason: 'jwks' });
    expect(await decide(key.token())).toBe('unavailable/jwks');
    expect(server.requests).toHaveLength(1);
    expect(events).toMatchObject([
      { type: 'keys_unavailable', authenticator: 'jwks', detail: { servingLastGoodSet: false } },
    ]);
  });
});

describe('a key set', () => {
  it.each([
    ['application/json'],
    ['application/jwk-set+json'],
    ['text/plain'],
    ['application/octet-stream'],
  ])('counts whatever its type is called (%s)', async (type) => {
    const server = await startKeyServer();
    server.say(keySetOf(key.jwk), 200, { 'content-type': type });
    const { decide } = createSubject({ url: server.url });
    expect(await decide(key.token())).toBe('accepted');
  });

  it('may be empty from the first: every key is unknown then', async () => {
    const server = await startKeyServer([]);
    const { decide, events } = createSubject({ url: server.url });
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
    expect(events[0]).toMatchObject({ type: 'keys_refreshed', detail: { usable: 0 } });
  });

  it('is asked for as a key set', async () => {
    const server = await startKeyServer([key]);
    const { authenticator } = createSubject({ url: server.url });
    await authenticator.ready();
    expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/jwks' });
    expect(server.requests[0]?.headers.accept).toContain('application/jwk-set+json');
  });
});
