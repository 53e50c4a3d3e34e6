import { describe, expect, it } from 'vitest';
import { ACTIVE, startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

describe('an answer', () => {
  it('that says active: true is an acceptance', async () => {
    const provider = await startProvider();
    const { principal } = createSubject(provider);
    expect(await principal('token')).toMatchObject({ subject: 'alice', clientId: 'web' });
  });

  it.each([
    ['"true"', 'true'],
    ['"yes"', 'yes'],
    ['1', 1],
    ['null', null],
    ['a list', [true]],
    ['an object', { valueOf: true }],
    ['false', false],
    ['"false"', 'false'],
    ['nothing', undefined],
  ])('that says of active %s is a refusal of the token', async (_, active) => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, active });
    const { decide, events } = createSubject(provider);
    expect(await decide('token')).toBe('invalid_token/inactive');
    expect(events).toEqual([]);
  });

  it('that says twice whether the token is active counts as its last says', async () => {
    const provider = await startProvider();
    provider.say(`{"active":true,${JSON.stringify(ACTIVE).slice(1, -1)},"active":false}`);
    const { decide } = createSubject(provider);
    expect(await decide('token')).toBe('invalid_token/inactive');
  });

  it('whose __proto__ is active is not', async () => {
    const provider = await startProvider();
    provider.say(`{"__proto__":${JSON.stringify(ACTIVE)},"token_type":"Bearer","aud":"orders"}`);
    const { decide } = createSubject(provider);
    expect(await decide('token')).toBe('invalid_token/inactive');
  });

  it.each([
    ['a list', '[{"active":true}]'],
    ['an empty list', '[]'],
    ['null', 'null'],
    ['true', 'true'],
    ['text', '"active"'],
    ['HTML', '<html>welcome</html>'],
    ['half of it', JSON.stringify(ACTIVE).slice(0, -1)],
    ['nothing', ''],
    ['two of them', '{"active":true}{"active":true}'],
  ])('that is no introspection response is an outage: %s', async (_, body) => {
    const provider = await startProvider();
    provider.say(body);
    const { refusal } = createSubject(provider);
    expect(await refusal('token')).toMatchObject({
      code: 'unavailable',
      reason: 'introspection',
      retryAfterMs: 1000,
    });
  });

  it('without a body is an outage: 204', async () => {
    const provider = await startProvider();
    provider.respond((_, response) => response.writeHead(204).end());
    const { decide } = createSubject(provider);
    expect(await decide('token')).toBe('unavailable/introspection');
  });

  it('that was signed is none where signed was not configured', async () => {
    const provider = await startProvider();
    provider.say('e30.e30.AA', 200, { 'content-type': 'application/token-introspection+jwt' });
    const { decide } = createSubject(provider);
    expect(await decide('token')).toBe('unavailable/introspection');
  });
});

describe('a question', () => {
  it('is a POST of the token as a form, which wants JSON', async () => {
    const provider = await startProvider();
    await createSubject(provider).decide('mF_9.B5f-4.1JqM');
    const [question] = provider.questions;
    expect(question?.method).toBe('POST');
    expect(question?.form.getAll('token')).toEqual(['mF_9.B5f-4.1JqM']);
    expect(question?.headers).toMatchObject({
      'content-type': expect.stringContaining('application/x-www-form-urlencoded') as string,
      accept: 'application/json',
    });
  });

  it.each([
    ['a line feed', 'token\n'],
    ['a carriage return', 'to\rken'],
    ['a zero', 'to\0ken'],
    ['a space', 'to ken'],
    ['a comma', 'token,token'],
    ['an escape', 'token\u001b[31m'],
    ['a letter of no alphabet of tokens', 'tökén'],
    ['half a character', 'token\ud800'],
    ['padding in its middle', 'to=ken'],
    ['an ampersand', 'token&active=true'],
    ['nothing', ''],
  ])('is never asked about a token with %s', async (_, token) => {
    const provider = await startProvider();
    const { decide } = createSubject(provider);
    expect(await decide(token)).toBe('malformed_credentials/bad_characters');
    expect(provider.paths).toEqual([]);
  });

  it('reuses the connection', async () => {
    const provider = await startProvider();
    const { decide } = createSubject(provider);
    for (let index = 0; index < 20; index += 1) await decide(`token-${index}`);
    expect(provider.questions).toHaveLength(20);
    expect(new Set(provider.questions.map(({ port }) => port)).size).toBeLessThan(3);
  });
});
