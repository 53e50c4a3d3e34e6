import { describe, expect, it } from 'vitest';
import { ACTIVE, startProvider } from './support/provider-server.ts';
import { causeOf, createSubject } from './support/test-authenticator.ts';

describe('an endpoint that', () => {
  it.each([
    [401, { error: 'invalid_client' }],
    [401, ''],
    [403, { error: 'access_denied' }],
    [400, { error: 'invalid_client' }],
    [400, { error: 'unauthorized_client' }],
  ])(
    'does not accept our credentials (%i, %j) is an outage, reported to the operator once',
    async (status, body) => {
      const provider = await startProvider();
      provider.say(body, status);
      const { refusal, events } = createSubject(provider, { basicEncoding: 'form' });
      for (let index = 0; index < 10; index += 1) {
        const error = await refusal(`token-${index}`);
        expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
        expect(causeOf(error)).toContain('does not accept our credentials');
      }
      // It answers, so the circuit stays closed: it may accept our credentials at the next request.
      expect(provider.questions).toHaveLength(10);
      expect(events.map(({ type }) => type)).toEqual(['introspection_credentials_rejected']);
      expect(events[0]?.authenticator).toBe('introspection');
      expect(String(events[0]?.error)).toContain(`${provider.endpoint}: answered ${status}`);
    },
  );

  it('accepts our credentials and then rejects them is reported each time', async () => {
    const provider = await startProvider();
    const { decide, events } = createSubject(provider);
    for (const [index, status] of [401, 401, 200, 401, 401].entries()) {
      provider.say(ACTIVE, status);
      await decide(`token-${index}`);
    }
    expect(events.map(({ type }) => type)).toEqual([
      'introspection_credentials_rejected',
      'introspection_credentials_rejected',
    ]);
  });

  it.each([
    [{ error: 'unsupported_token_type' }],
    [{ error: 'invalid_request' }],
    [{}],
    ['<html>bad request</html>'],
    [''],
  ])('refuses one token by 400 refuses that token, however often: %j', async (body) => {
    const provider = await startProvider();
    provider.respond(({ form }, response) => {
      const junk = form.get('token')?.startsWith('junk') === true;
      response.writeHead(junk ? 400 : 200, { 'content-type': 'application/json' });
      response.end(junk && typeof body === 'string' ? body : JSON.stringify(junk ? body : ACTIVE));
    });
    const { decide, events } = createSubject(provider);
    for (let index = 0; index < 50; index += 1) {
      expect(await decide(`junk-${index}`)).toBe('invalid_token/inactive');
    }
    expect(await decide('good')).toBe('accepted');
    expect(provider.questions).toHaveLength(51);
    expect(events).toEqual([]);
  });

  it.each([
    ['seconds', '7', 7000],
    ['none', undefined, 1000],
    ['what is neither number nor date', 'soon', 1000],
    ['more than a minute', '61', 60_000],
  ])(
    'answers 429 with Retry-After of %s informs the caller when',
    async (_, after, retryAfterMs) => {
      const provider = await startProvider();
      provider.say('', 429, after === undefined ? {} : { 'retry-after': after });
      expect(await createSubject(provider).refusal('token')).toMatchObject({
        code: 'unavailable',
        reason: 'introspection',
        retryAfterMs,
      });
    },
  );

  it('answers 503 with Retry-After as a date informs the caller when', async () => {
    const provider = await startProvider();
    provider.say('', 503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    const { retryAfterMs = 0 } = await createSubject(provider).refusal('token');
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it.each([[201], [404], [405], [415], [500], [502], [503], [504]])(
    'answers %i is an outage, even if the body says that the token is active',
    async (status) => {
      const provider = await startProvider();
      provider.say(ACTIVE, status);
      const error = await createSubject(provider).refusal('token');
      expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
      expect(causeOf(error)).toBe(`POST ${provider.endpoint}: answered ${status}`);
    },
  );

  it('answers with more than 1 MiB is an outage', async () => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, padding: 'x'.repeat(1024 * 1024) });
    const error = await createSubject(provider).refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(causeOf(error)).toContain('more than 1048576 bytes');
  });

  it.each([[301], [302], [303], [307], [308]])('redirects (%i) is not followed', async (status) => {
    const provider = await startProvider();
    const other = await startProvider();
    provider.say('', status, { location: other.endpoint });
    const error = await createSubject(provider).refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(causeOf(error)).toContain('redirect');
    expect(other.paths).toEqual([]);
  });

  it.each<readonly [string, Parameters<Awaited<ReturnType<typeof startProvider>>['respond']>[0]]>([
    ['never answers', () => undefined],
    ['never ends its answer', (_, response) => response.writeHead(200).write('{"active":true')],
  ])('%s is an outage at the time limit', async (_, answer) => {
    const provider = await startProvider();
    provider.respond(answer);
    const error = await createSubject(provider, { http: { timeoutMs: 60 } }).refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(causeOf(error)).toContain('no answer in 60 ms');
  });

  it('closes the connection is an outage', async () => {
    const provider = await startProvider();
    provider.respond((_, response) => void response.socket?.destroy());
    expect(await createSubject(provider).decide('token')).toBe('unavailable/introspection');
  });

  it('fails is asked again at the next call: an outage is never cached', async () => {
    const provider = await startProvider();
    const { decide } = createSubject(provider);
    provider.say('', 500);
    expect(await decide('token')).toBe('unavailable/introspection');
    provider.say(ACTIVE);
    expect(await decide('token')).toBe('accepted');
  });
});

describe('a report that throws', () => {
  const report = (): never => {
    throw new Error('a bug of the operator');
  };

  it('does not change the result of a call', async () => {
    const provider = await startProvider();
    provider.say('', 401);
    const error = await createSubject(provider, { report }).refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(causeOf(error)).toContain('does not accept our credentials');
  });

  it('does not prevent the circuit from opening', async () => {
    const provider = await startProvider();
    provider.say('', 429);
    const { decide } = createSubject(provider, { report });
    for (let index = 0; index < 10; index += 1) {
      expect(await decide(`token-${index}`)).toBe('unavailable/introspection');
    }
    expect(provider.questions).toHaveLength(5);
  });
});
