import { gzipSync } from 'node:zlib';
import { AuthError } from '@grpc-authn/core/authenticator';
import { startTestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCertificate } from '../../provider/test/support/certificates.ts';
import { keySetOf, startKeyServer } from './support/key-server.ts';
import { AUDIENCE, createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('key');

describe('a provider that answers wrongly', () => {
  it.each([
    ['down', 'connection'],
    ['hang', 'timeout'],
    ['slow', 'timeout'],
    ['http500', 'status'],
    ['http429', 'status'],
    ['garbage', 'content'],
    ['endless', 'too_large'],
    ['redirect', 'redirect'],
  ] as const)('costs unavailable, and is reported: %s', async (mode, problem) => {
    const issuer = await startTestIssuer({ algorithms: ['ES256'] });
    onTestFinished(() => issuer.close());
    issuer.fail(mode);
    // Short where the time limit is what is tried, and there alone.
    const http = { timeoutMs: problem === 'timeout' ? 50 : 5000 };
    const { verdict, events } = createSubject(
      { url: issuer.jwksUri },
      { issuer: issuer.issuer, http },
    );
    const answer = await verdict(await issuer.sign({ aud: AUDIENCE }));
    expect(answer).toMatchObject({ code: 'unavailable', reason: 'jwks', cause: { problem } });
    expect(AuthError.is(answer) && answer.retryAfterMs).toBeGreaterThan(0);
    expect(events).toMatchObject([{ type: 'keys_unavailable', error: { problem } }]);
    expect(issuer.requests.jwks).toBe(1);
  });

  it('is not followed where it redirects, not even to itself', async () => {
    const server = await startKeyServer();
    server.respond((request, response) => {
      if (request.url === '/jwks') response.writeHead(307, { location: '/good' }).end();
      else response.end(keySetOf(key.jwk));
    });
    const { decide } = createSubject({ url: server.url });
    expect(await decide(key.token())).toBe('unavailable/jwks');
    expect(server.requests.map(({ url }) => url)).toEqual(['/jwks']);
  });

  it.each([
    ['in one piece', keySetOf(key.jwk).padEnd(1024 * 1024 + 1), {}],
    [
      'as a gzip bomb',
      gzipSync(keySetOf(key.jwk).padEnd(10_000_000)),
      { 'content-encoding': 'gzip' },
    ],
  ])('is not read beyond 1 MiB, %s, though it were a key set', async (_, body, headers) => {
    const server = await startKeyServer();
    server.respond((__, response) => response.writeHead(200, headers).end(body));
    const { verdict } = createSubject({ url: server.url });
    const cause = { problem: 'too_large' };
    expect(await verdict(key.token())).toMatchObject({
      code: 'unavailable',
      reason: 'jwks',
      cause,
    });
  });

  it('may send 1 MiB, and may compress it', async () => {
    const server = await startKeyServer();
    const body = keySetOf(key.jwk).padEnd(1024 * 1024);
    server.respond((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
    });
    expect(await createSubject({ url: server.url }).decide(key.token())).toBe('accepted');
  });
});

describe('the options of http', () => {
  it('bring an authority for a certificate that the system does not know', async () => {
    const tls = await createCertificate('provider');
    const server = await startKeyServer([key], tls);
    expect(await createSubject({ url: server.url }).decide(key.token())).toBe('unavailable/jwks');
    expect(server.requests).toHaveLength(0);
    const { decide } = createSubject({ url: server.url }, { http: { ca: tls.cert } });
    expect(await decide(key.token())).toBe('accepted');
  });

  it('bring headers', async () => {
    const server = await startKeyServer([key]);
    const http = { headers: { 'x-api-key': 'key' } };
    const { decide } = createSubject({ url: server.url }, { http });
    expect(await decide(key.token())).toBe('accepted');
    expect(server.requests[0]?.headers['x-api-key']).toBe('key');
  });

  it('bring a fetch', async () => {
    const asked: string[] = [];
    const http = {
      fetch: (async (url: URL) => {
        asked.push(url.href);
        return new Response(keySetOf(key.jwk));
      }) as unknown as typeof fetch,
    };
    const { decide } = createSubject({ url: 'https://id.example.com/jwks?a=b' }, { http });
    expect(await decide(key.token())).toBe('accepted');
    expect(asked).toEqual(['https://id.example.com/jwks?a=b']);
  });
});

describe('the report of an outage', () => {
  it.each<readonly [string, (server: Awaited<ReturnType<typeof startKeyServer>>) => void]>([
    ['an error status', (server) => server.say('canary', 500)],
    ['content that is refused', (server) => server.say('canary')],
    ['a redirect', (server) => server.say('', 302, { location: 'https://a:canary@b/?canary' })],
    ['a closed connection', (server) => server.respond((request) => request.socket.destroy())],
    ['no answer', (server) => server.respond(() => undefined)],
  ])('holds no query, no header and no body: %s', async (_, fail) => {
    const server = await startKeyServer();
    fail(server);
    const http = { timeoutMs: 50, headers: { authorization: 'canary' } };
    const { verdict, events } = createSubject({ url: `${server.url}?key=canary` }, { http });
    const answer = (await verdict(key.token())) as AuthError;
    const { cause } = answer as { cause?: Error };
    expect(cause?.message).toContain(`GET ${server.url}: `);
    const received = [answer, cause, cause?.cause, ...events.map(({ error }) => error)];
    for (const error of received) {
      expect(`${String(error)} ${(error as Error | undefined)?.stack}`).not.toContain('canary');
    }
    expect(JSON.stringify([answer, events, received])).not.toContain('canary');
  });
});
