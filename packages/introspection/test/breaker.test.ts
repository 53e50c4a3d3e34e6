import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ACTIVE, type ProviderServer, startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

const REST_MS = 5000;

// The breaker reads the wall clock.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  return () => void vi.useRealTimers();
});
const wait = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

/** Without a cache, so that every call is a question. */
async function createUncached(options: Parameters<typeof createSubject>[1] = {}) {
  const provider = await startProvider();
  provider.say('', 500);
  const subject = createSubject(provider, { cache: false, ...options });
  const askAbout = async (prefix: string, count: number): Promise<readonly string[]> => {
    const outcomes: string[] = [];
    for (let index = 0; index < count; index += 1) {
      outcomes.push(await subject.decide(`${prefix}-${index}`));
    }
    return outcomes;
  };
  const types = () => subject.events.map(({ type }) => type);
  return { ...subject, provider, askAbout, types };
}

type Failure = Parameters<ProviderServer['respond']>[0];
const NO_ANSWER: Failure = () => undefined;
const COUNTED: readonly (readonly [string, Failure])[] = [
  ['500', (_, response) => response.writeHead(500).end()],
  ['503', (_, response) => response.writeHead(503).end()],
  ['429', (_, response) => response.writeHead(429).end()],
  ['a broken connection', (_, response) => void response.socket?.destroy()],
  ['no answer in time', NO_ANSWER],
];
const json = { 'content-type': 'application/json' };
const UNCOUNTED: readonly (readonly [string, Failure])[] = [
  ['inactive', (_, response) => response.writeHead(200, json).end('{"active":false}')],
  ['400', (_, response) => response.writeHead(400).end('{"error":"unsupported_token_type"}')],
  ['401', (_, response) => response.writeHead(401).end()],
  ['404', (_, response) => response.writeHead(404).end()],
  ['a redirect', (_, response) => response.writeHead(302, { location: '/' }).end()],
  ['a list', (_, response) => response.writeHead(200, json).end('[]')],
];

describe('a provider that fails', () => {
  it.each(COUNTED)('for 5 different tokens in a row by %s is given a rest', async (_, failure) => {
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
  });

  it.each(UNCOUNTED)('for none of them is asked on: %s', async (_, answer) => {
    const { provider, askAbout, types } = await createUncached();
    provider.respond(answer);
    await askAbout('token', 20);
    expect(provider.questions).toHaveLength(20);
    expect(types()).not.toContain('introspection_unavailable');
  });

  it('for one token, however often, is asked on', async () => {
    const { provider, decide, types } = await createUncached();
    for (let call = 0; call < 50; call += 1) await decide('token');
    expect(provider.questions).toHaveLength(50);
    expect(types()).toEqual([]);
    provider.say(ACTIVE);
    expect(await decide('good')).toBe('accepted');
  });

  it('for four tokens, over and over, is asked on', async () => {
    const { provider, askAbout, types } = await createUncached();
    for (let round = 0; round < 10; round += 1) await askAbout('token', 4);
    expect(provider.questions).toHaveLength(40);
    expect(types()).toEqual([]);
  });

  it('now and then is asked on: an answer in between forgives', async () => {
    const { provider, askAbout, types } = await createUncached();
    for (let round = 0; round < 5; round += 1) {
      provider.say('', 500);
      await askAbout(`round ${round}`.replace(' ', '-'), 4);
      provider.say({ active: false });
      await askAbout('answered', 1);
    }
    expect(provider.questions).toHaveLength(25);
    expect(types()).toEqual([]);
  });

  it('after an answer counts every token anew', async () => {
    const { provider, askAbout, types } = await createUncached();
    await askAbout('token', 4);
    provider.say({ active: false });
    await askAbout('answered', 1);
    provider.say('', 500);
    await askAbout('token', 5);
    expect(types()).toEqual(['introspection_unavailable']);
  });

  it('is told of to the operator with what went wrong', async () => {
    const { provider, askAbout, events } = await createUncached({ name: 'second-opinion' });
    await askAbout('token', 5);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'introspection_unavailable',
      authenticator: 'second-opinion',
      detail: { restMs: REST_MS },
    });
    expect(String(events[0]?.error)).toContain(`${provider.endpoint}: answered 500`);
  });
});

describe('a rest', () => {
  it('lasts 5 s, and says at each moment how long yet', async () => {
    const { provider, askAbout, refusal } = await createUncached();
    await askAbout('token', 5);
    wait(3000);
    expect((await refusal('other')).retryAfterMs).toBe(2000);
    wait(1999);
    expect((await refusal('other')).retryAfterMs).toBe(1);
    expect(provider.questions).toHaveLength(5);
    wait(1);
    await refusal('other');
    expect(provider.questions).toHaveLength(6);
  });

  it('ends by itself when the provider answers again', async () => {
    const { provider, askAbout, decide, types } = await createUncached();
    await askAbout('token', 5);
    provider.say(ACTIVE);
    expect(await decide('token-0')).toBe('unavailable/introspection');
    wait(REST_MS);
    expect(await decide('token-0')).toBe('accepted');
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
    expect(await askAbout('next', 10)).toEqual(Array.from({ length: 10 }, () => 'accepted'));
  });

  it.each([
    ['that it is not active', { active: false }, 200],
    ['that it is of no type it knows', { error: 'unsupported_token_type' }, 400],
  ])('ends also with an answer about one token: %s', async (_, body, status) => {
    const { provider, askAbout, types } = await createUncached();
    await askAbout('token', 5);
    provider.say(body, status);
    wait(REST_MS);
    expect(await askAbout('junk', 1)).toEqual(['invalid_token/inactive']);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
  });

  it('begins anew where a new token finds the provider still failing', async () => {
    const { provider, askAbout, types } = await createUncached();
    await askAbout('token', 5);
    wait(REST_MS);
    await askAbout('probe', 1);
    expect(provider.questions).toHaveLength(6);
    await askAbout('other', 10);
    expect(provider.questions).toHaveLength(6);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_unavailable']);
    wait(REST_MS);
    provider.say(ACTIVE);
    expect(await askAbout('late', 2)).toEqual(['accepted', 'accepted']);
  });

  it('begins anew where a token that failed before finds the provider still failing', async () => {
    const { provider, askAbout, types } = await createUncached();
    await askAbout('token', 5);
    wait(REST_MS);
    for (let round = 0; round < 4; round += 1) await askAbout('token', 5);
    expect(provider.questions).toHaveLength(6);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_unavailable']);
  });

  it('ends with one question; the others wait for what it brings', async () => {
    const { provider, askAbout, decide } = await createUncached();
    await askAbout('token', 5);
    wait(REST_MS);
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => response.writeHead(200, json).end(JSON.stringify(ACTIVE)));
    });
    const calls = Array.from({ length: 10 }, (_, index) => decide(`waiting-${index}`));
    await expect.poll(() => held.length).toBe(1);
    expect(provider.questions).toHaveLength(6);
    provider.say(ACTIVE);
    held[0]?.();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 10 }, () => 'accepted'));
  });
});
