import { describe, expect, it } from 'vitest';
import { ACTIVE, type ProviderServer } from './support/provider-server.ts';
import { createUncached } from './support/uncached-subject.ts';

const REST_MS = 5000;

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };
type Failure = Parameters<ProviderServer['respond']>[0];
const NO_ANSWER: Failure = () => undefined;
const COUNTED: readonly (readonly [string, Failure])[] = [
  ['429', (_, response) => response.writeHead(429).end()],
  ['a broken connection', (_, response) => void response.socket?.destroy()],
  ['no answer in time', NO_ANSWER],
  ['200 with HTML', (_, response) => response.writeHead(200, html).end('<html>')],
  ['200 with a list', (_, response) => response.writeHead(200, json).end('[]')],
  ['an answer that is too large', (_, response) => response.end('x'.repeat(1024 * 1024 + 1))],
];
const UNCOUNTED: readonly (readonly [string, Failure])[] = [
  ['inactive', (_, response) => response.writeHead(200, json).end('{"active":false}')],
  ['400', (_, response) => response.writeHead(400).end('{"error":"unsupported_token_type"}')],
  ['401', (_, response) => response.writeHead(401).end()],
  ['404', (_, response) => response.writeHead(404).end()],
  ['a redirect', (_, response) => response.writeHead(302, { location: '/' }).end()],
];

describe('a provider that fails', () => {
  it.each(COUNTED)(
    'for 5 different tokens in a row by %s opens the circuit',
    async (_, failure) => {
      const { provider, askAbout, types, refusal } = await createUncached({
        http: { timeoutMs: failure === NO_ANSWER ? 200 : 5000 },
      });
      provider.respond(failure);
      await askAbout('token', 4);
      expect(types()).toEqual([]);
      await askAbout('fifth', 1);
      expect(types()).toEqual(['introspection_unavailable']);
      expect(provider.questions).toHaveLength(5);
      expect(await refusal('sixth')).toMatchObject({
        code: 'unavailable',
        reason: 'introspection',
        retryAfterMs: REST_MS,
      });
      expect(provider.questions).toHaveLength(5);
    },
  );

  it.each(UNCOUNTED)(
    'for none of these reasons keeps the circuit closed: %s',
    async (_, answer) => {
      const { provider, askAbout, types } = await createUncached({ basicEncoding: 'form' });
      provider.respond(answer);
      await askAbout('token', 20);
      expect(provider.questions).toHaveLength(20);
      expect(types()).not.toContain('introspection_unavailable');
    },
  );

  it('for one token, however often, keeps the circuit closed', async () => {
    const { provider, decide, types } = await createUncached();
    for (let call = 0; call < 50; call += 1) await decide('token');
    expect(provider.questions).toHaveLength(50);
    expect(types()).toEqual([]);
    provider.say(ACTIVE);
    expect(await decide('good')).toBe('accepted');
  });

  it('for four tokens, over and over, keeps the circuit closed', async () => {
    const { provider, askAbout, types } = await createUncached();
    for (let round = 0; round < 10; round += 1) await askAbout('token', 4);
    expect(provider.questions).toHaveLength(40);
    expect(types()).toEqual([]);
  });

  it('now and then keeps the circuit closed: an answer in between resets the count', async () => {
    const { provider, askAbout, types } = await createUncached();
    for (let round = 0; round < 5; round += 1) {
      provider.say('', 429);
      await askAbout(`round ${round}`.replace(' ', '-'), 4);
      provider.say({ active: false });
      await askAbout('answered', 1);
    }
    expect(provider.questions).toHaveLength(25);
    expect(types()).toEqual([]);
  });

  it('after an answer counts every token again', async () => {
    const { provider, askAbout, types } = await createUncached();
    await askAbout('token', 4);
    provider.say({ active: false });
    await askAbout('answered', 1);
    provider.say('', 429);
    await askAbout('token', 5);
    expect(types()).toEqual(['introspection_unavailable']);
  });

  it('is reported to the operator with its cause', async () => {
    const { provider, askAbout, events } = await createUncached({ name: 'second-opinion' });
    await askAbout('token', 5);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'introspection_unavailable',
      authenticator: 'second-opinion',
      detail: { restMs: REST_MS },
    });
    expect(String(events[0]?.error)).toContain(`${provider.endpoint}: answered 429`);
  });
});
