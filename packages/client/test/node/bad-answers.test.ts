import { describe, expect, it } from 'vitest';
import {
  METADATA_PATH,
  type ProviderServer,
} from '../../../introspection/test/support/provider-server.ts';
import { createCountedClock } from '../../../jwks/test/support/counted-clock.ts';
import { TokenUnavailableError } from '../../src/index.ts';
import { createSubject, startTokenServer, TOKENS } from './support/token-server.ts';

/** What the provider does, and what the error says after the URL. */
const FAILURES: readonly (readonly [string, (provider: ProviderServer) => void, RegExp])[] = [
  [
    'is down',
    (p) => p.respond((_, response) => void response.socket?.destroy()),
    /: could not be asked \(\w+\)$/,
  ],
  ['answers 500', (p) => p.say('oops', 500), /: answered 500$/],
  ['answers 503', (p) => p.say('', 503), /: answered 503$/],
  [
    'answers HTML',
    (p) => p.say('<html>sign in</html>', 200, { 'content-type': 'text/html' }),
    /: expected a token response in JSON .*, received another answer$/,
  ],
  ['answers garbage', (p) => p.say('{"access_token":'), /: expected a token response in JSON/],
  ['answers a list', (p) => p.say([TOKENS]), /: expected a token response in JSON/],
  ['answers null', (p) => p.say('null'), /: expected a token response in JSON/],
  [
    'answers without a token',
    (p) => p.say({ token_type: 'Bearer' }),
    /: expected a token response in JSON/,
  ],
  [
    'answers with a lifetime that is none',
    (p) => p.say({ ...TOKENS, expires_in: 'soon' }),
    /: expected a token response in JSON/,
  ],
  [
    'answers with a lifetime beyond numbers',
    (p) => p.say(JSON.stringify(TOKENS).replace('600', '1e999')),
    /: expected a token response in JSON/,
  ],
  [
    'answers with a token that no header can hold',
    (p) => p.say({ ...TOKENS, access_token: 't 1' }),
    /: expected an access token without spaces/,
  ],
  [
    'answers with more than 1 MiB',
    (p) => p.say({ ...TOKENS, access_token: 'x'.repeat(1024 * 1024) }),
    /: answered with more than 1048576 bytes$/,
  ],
  ['redirects', (p) => p.say('', 302, { location: '/elsewhere' }), /a redirect, .* not followed$/],
  [
    'answers with a DPoP token',
    (p) => p.say({ ...TOKENS, token_type: 'DPoP' }),
    /: expected a token of token_type Bearer, received DPoP$/,
  ],
  [
    'answers with a token of another type',
    (p) => p.say({ ...TOKENS, token_type: 'mac' }),
    /: expected a token of token_type Bearer, received another or none$/,
  ],
  [
    'answers with a token of no type',
    (p) => p.say({ access_token: 't1' }),
    /: expected a token of token_type Bearer, received another or none$/,
  ],
  [
    'refuses the scope',
    (p) => p.say({ error: 'invalid_scope' }, 400),
    /: answered 400 invalid_scope; check scope$/,
  ],
  [
    'refuses the grant',
    (p) => p.say({ error: 'unauthorized_client' }, 400),
    /: answered 400 unauthorized_client; allow this grant for the client at the provider$/,
  ],
  [
    'refuses the token that is sent',
    (p) => p.say({ error: 'invalid_grant' }, 401),
    /: answered 401 invalid_grant; the refresh token or subject token is expired/,
  ],
  ['refuses without a reason', (p) => p.say('', 400), /: answered 400 without a reason; check cli/],
  [
    'refuses with an error of its own',
    (p) => p.say({ error: 'canary_error', error_description: 'canary' }, 400),
    /: answered 400$/,
  ],
];

describe('a token endpoint that', () => {
  it.each(FAILURES)('%s is noticed only once the token has expired', async (_, fail, message) => {
    const provider = await startTokenServer();
    // Long enough for a busy machine.
    const http = { timeoutMs: 60_000 };
    const { token, error, clock, events } = createSubject(provider, { http });
    expect(await token()).toBe('t1');
    fail(provider);
    await clock.advance(595_000);
    expect(await token()).toBe('t1');
    await expect.poll(() => events).toEqual(['renewed', 'renewal_failed']);
    expect(await token()).toBe('t1');
    await clock.advance(5000);
    const thrown = await error();
    expect(thrown).toBeInstanceOf(TokenUnavailableError);
    expect(thrown.message).toMatch(/^no access token: (POST http:\/\/127|token: expected)/);
    expect(thrown.message).toMatch(message);
    provider.say({ ...TOKENS, access_token: 't2' });
    await clock.advance(60_000);
    expect(await token()).toBe('t2');
  });

  it('never answers is noticed only once the token has expired', async () => {
    const provider = await startTokenServer();
    const { token, error, clock, events } = createSubject(provider, {
      http: { timeoutMs: 60_000 },
    });
    expect(await token()).toBe('t1');
    provider.respond(() => undefined);
    await clock.advance(565_000);
    expect(await token()).toBe('t1');
    await expect.poll(() => provider.questions.length).toBe(2);
    await clock.advance(30_000);
    await expect.poll(() => events).toEqual(['renewed', 'renewal_failed']);
    expect(await token()).toBe('t1');
    await clock.advance(5000);
    const waiting = error();
    await expect.poll(() => provider.questions.length).toBe(3);
    await clock.advance(30_000);
    expect((await waiting).message).toBe('no access token: no token in 30 s');
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('never answers is given up after http.timeoutMs', async () => {
    const provider = await startTokenServer();
    provider.respond(() => undefined);
    const { error } = createSubject(provider, { http: { timeoutMs: 200 } });
    expect((await error()).message).toMatch(/: no answer in 200 ms$/);
  });

  it.each([
    [429, 20],
    [503, 20],
  ])('answers %s with Retry-After is asked again after that time', async (status, seconds) => {
    const provider = await startTokenServer();
    const { token, error, clock } = createSubject(provider);
    provider.say('', status, { 'retry-after': String(seconds) });
    expect(await error()).toMatchObject({ retryAfterMs: seconds * 1000 });
    await clock.advance(seconds * 1000 - 1);
    await error();
    expect(provider.questions).toHaveLength(1);
    provider.say(TOKENS);
    await clock.advance(1);
    expect(await token()).toBe('t1');
  });

  it('asks for a rest of an hour is asked again after a minute', async () => {
    const provider = await startTokenServer();
    const { error } = createSubject(provider);
    provider.say('', 429, { 'retry-after': '3600' });
    expect(await error()).toMatchObject({ retryAfterMs: 60_000 });
  });

  it('answers 400 with Retry-After, which has no meaning there, is asked again soon', async () => {
    const provider = await startTokenServer();
    const { error } = createSubject(provider);
    provider.say({ error: 'invalid_scope' }, 400, { 'retry-after': '300' });
    const { retryAfterMs } = (await error()) as TokenUnavailableError;
    expect(retryAfterMs).toBeLessThan(2000);
  });

  it.each([
    [401, { error: 'invalid_client' }, ' invalid_client'],
    [400, { error: 'invalid_client' }, ' invalid_client'],
    [401, { error: 'access_denied' }, ' access_denied'],
    [401, '', ''],
    [403, '<html></html>', ''],
  ])('rejects the client by %s %j is named with client and method', async (status, body, code) => {
    const provider = await startTokenServer();
    provider.say(body, status);
    const basic = createSubject(provider);
    expect((await basic.error()).message).toBe(
      `no access token: POST ${provider.endpoint}: answered ${status}${code}, so it does not accept the client ` +
        '"billing-service" by client_secret_basic, neither percent-encoded (form) nor as they are (plain); ' +
        'check clientId and clientAuthentication',
    );
    const post = createSubject(provider, {
      clientAuthentication: { method: 'client_secret_post', secret: 'other' },
    });
    expect((await post.error()).message).toContain(
      'the client "billing-service" by client_secret_post; check clientId',
    );
  });

  it.each([
    ['without expires_in', {}],
    ['that lasts 5 s', { expires_in: 5 }],
    ['that has expired already', { expires_in: 0 }],
    ['that lasts as a text says', { expires_in: '600' }],
  ])('issues a token %s is asked at most once in 10 s', async (_, members) => {
    const provider = await startTokenServer();
    provider.say({ access_token: 't1', token_type: 'bearer', ...members });
    const { token, clock } = createSubject(provider, { maxAgeSeconds: 10 });
    for (let second = 0; second < 60; second += 1) {
      expect(await token()).toBe('t1');
      await clock.advance(1000);
    }
    expect(provider.questions.length).toBeLessThanOrEqual(6);
  });

  it.each([-3_600_000, 3_600_000])(
    'is asked at most once in 10 s where the clock jumps by %s ms',
    async (jumpMs) => {
      const provider = await startTokenServer();
      const steady = createCountedClock();
      let offsetMs = 0;
      const clock = { ...steady, nowMs: () => steady.nowMs() + offsetMs };
      const { token } = createSubject(provider, { clock });
      await token();
      offsetMs = jumpMs;
      for (let second = 0; second < 30; second += 1) {
        expect(await token()).toBe('t1');
        await steady.advance(1000);
      }
      expect(provider.questions.length).toBeLessThanOrEqual(2);
    },
  );
});

describe('metadata that', () => {
  it.each<readonly [string, unknown, number, RegExp]>([
    ['is missing', 'nothing here', 404, /answered 404/],
    ['is HTML', '<html></html>', 200, /without the metadata of an issuer/],
    ['has no token endpoint', undefined, 200, /its metadata has no URL as token_endpoint$/],
  ])('%s is named, and no credentials are sent', async (_, body, status, message) => {
    const provider = await startTokenServer();
    const { origin: issuer } = provider;
    provider.publish(METADATA_PATH, body ?? { issuer }, status);
    expect((await createSubject(provider).error()).message).toMatch(message);
    expect(provider.questions).toEqual([]);
  });

  it('is down is asked for again with the pace of the source', async () => {
    const provider = await startTokenServer();
    const { origin: issuer, endpoint } = provider;
    provider.publish(METADATA_PATH, '', 503);
    const { error, token, clock } = createSubject(provider);
    await error();
    const asked = provider.paths.length;
    await error();
    expect(provider.paths).toHaveLength(asked);
    provider.publish(METADATA_PATH, { issuer, token_endpoint: endpoint });
    await clock.advance(1300);
    expect(await token()).toBe('t1');
  });
});
