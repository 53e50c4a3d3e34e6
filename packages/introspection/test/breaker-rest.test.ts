import { describe, expect, it } from 'vitest';
import { ACTIVE, send } from './support/provider-server.ts';
import { createUncached } from './support/uncached-subject.ts';

const REST_MS = 5000;

describe('an open circuit', () => {
  it('stays open for 5 s, and reports the remaining time', async () => {
    const { provider, askAbout, refusal, clock } = await createUncached();
    await askAbout('token', 5);
    await clock.advance(3000);
    expect((await refusal('other')).retryAfterMs).toBe(2000);
    await clock.advance(1999);
    expect((await refusal('other')).retryAfterMs).toBe(1);
    expect(provider.questions).toHaveLength(5);
    await clock.advance(1);
    await refusal('other');
    expect(provider.questions).toHaveLength(6);
  });

  it('closes when the provider answers again', async () => {
    const { provider, askAbout, decide, types, clock } = await createUncached();
    await askAbout('token', 5);
    provider.say(ACTIVE);
    expect(await decide('token-0')).toBe('unavailable/introspection');
    await clock.advance(REST_MS);
    expect(await decide('token-0')).toBe('accepted');
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
    expect(await askAbout('next', 10)).toEqual(Array.from({ length: 10 }, () => 'accepted'));
  });

  it.each([
    ['that it is not active', { active: false }, 200],
    ['that it is of no type it knows', { error: 'unsupported_token_type' }, 400],
  ])('closes with an answer about one token too: %s', async (_, body, status) => {
    const { provider, askAbout, types, clock } = await createUncached();
    await askAbout('token', 5);
    provider.say(body, status);
    await clock.advance(REST_MS);
    expect(await askAbout('junk', 1)).toEqual(['invalid_token/inactive']);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_recovered']);
  });

  it('stays open if the probe fails', async () => {
    const { provider, askAbout, types, clock } = await createUncached();
    await askAbout('token', 5);
    await clock.advance(REST_MS);
    await askAbout('probe', 1);
    expect(provider.questions).toHaveLength(6);
    await askAbout('other', 10);
    expect(provider.questions).toHaveLength(6);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_unavailable']);
    await clock.advance(REST_MS);
    provider.say(ACTIVE);
    expect(await askAbout('late', 2)).toEqual(['accepted', 'accepted']);
  });

  it('stays open if the probe fails for a token that failed before', async () => {
    const { provider, askAbout, types, clock } = await createUncached();
    await askAbout('token', 5);
    await clock.advance(REST_MS);
    for (let round = 0; round < 4; round += 1) await askAbout('token', 5);
    expect(provider.questions).toHaveLength(6);
    expect(types()).toEqual(['introspection_unavailable', 'introspection_unavailable']);
  });

  it('sends one probe; the other calls wait for its result', async () => {
    const { provider, askAbout, decide, clock } = await createUncached();
    await askAbout('token', 5);
    await clock.advance(REST_MS);
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, ACTIVE));
    });
    const calls = Array.from({ length: 10 }, (_, index) => decide(`waiting-${index}`));
    await expect.poll(() => held.length).toBe(1);
    expect(provider.questions).toHaveLength(6);
    provider.say(ACTIVE);
    held[0]?.();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 10 }, () => 'accepted'));
  });

  it('is not closed by the answer to a request from before it opened', async () => {
    const { provider, decide, types, askAbout } = await createUncached();
    const held: (() => void)[] = [];
    provider.respond((_, response) => {
      held.push(() => send(response, ACTIVE));
    });
    const early = decide('early');
    await expect.poll(() => held.length).toBe(1);
    provider.say('', 429);
    await askAbout('token', 5);
    held[0]?.();
    expect(await early).toBe('accepted');
    expect(types()).toEqual(['introspection_unavailable']);
    expect(await decide('other')).toBe('unavailable/introspection');
    expect(provider.questions).toHaveLength(6);
  });
});
