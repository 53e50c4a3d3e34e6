import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { cached } from '@grpc-authn/core';
import { reportEvent } from '@grpc-authn/core/internal';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { status } from '@grpc/grpc-js';
import { SignJWT } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Behaviour, type Kind, KINDS, startServer, STREAMS } from './server.ts';
import { type Sdk, startTelemetry } from './telemetry.ts';

const TRACE = 'a'.repeat(32);
const PARENT = 'b'.repeat(16);
const traceparent = `00-${TRACE}-${PARENT}-01`;
const CANARY = 'canary-5up3r';
const ISSUER = 'https://issuer.example';
const SECRET = 'a secret of more than thirty-two bytes';
const OURS = '@grpc-authn/opentelemetry';
const THEIRS = '@opentelemetry/instrumentation-grpc';

/** Spans and metrics of a real server, beside instrumentation-grpc, with one version of the API. */
export function describeTelemetry(sdk: Sdk): void {
  describe.each(KINDS)('a %s call', (kind) => {
    it('that is refused has exactly one SERVER span, in the trace of its caller', async () => {
      const telemetry = await startTelemetry(sdk);
      const server = await startServer();
      const { code } = await server.call(kind, { token: 'bad', traceparent });
      expect(code).toBe(status.UNAUTHENTICATED);
      expect(telemetry.serverSpans()).toEqual([
        {
          name: `test.v1.Echo/${kind}`,
          scope: OURS,
          traceId: TRACE,
          parentSpanId: PARENT,
          ended: true,
          // The caller's fault is no error of the server.
          status: sdk.api.SpanStatusCode.UNSET,
          durationMs: 0,
          attributes: {
            'rpc.system.name': 'grpc',
            'rpc.method': `test.v1.Echo/${kind}`,
            'rpc.response.status_code': 'UNAUTHENTICATED',
            'error.type': 'UNAUTHENTICATED',
            'grpc_authn.outcome': 'refused',
            'grpc_authn.reason': 'signature',
            'grpc_authn.authenticator': 'names',
          },
        },
      ]);
    });

    it('that is allowed has one SERVER span, of instrumentation-grpc', async () => {
      const telemetry = await startTelemetry(sdk);
      const server = await startServer();
      const { code } = await server.call(kind, { token: 'alice', traceparent });
      expect(code).toBe(status.OK);
      await expect.poll(telemetry.serverSpans).toMatchObject([{ scope: THEIRS }]);
    });
  });

  describe.each(STREAMS)('a %s call that is ended', (kind) => {
    it('at the expiry of its token has one SERVER span that is ended', async () => {
      const telemetry = await startTelemetry(sdk);
      const server = await startServer('wait');
      const ended = server.call(kind, { token: 'alice', traceparent });
      await server.running;
      await server.clock.advance(60_000);
      expect((await ended).code).toBe(status.UNAUTHENTICATED);
      expect(telemetry.serverSpans()).toMatchObject([
        {
          scope: OURS,
          traceId: TRACE,
          parentSpanId: PARENT,
          ended: true,
          durationMs: 60_000,
          attributes: {
            'rpc.response.status_code': 'UNAUTHENTICATED',
            'grpc_authn.outcome': 'expired',
          },
        },
      ]);
    });

    it.each(['ends when cancelled', 'fails when cancelled'] as const)(
      'has no second SERVER span if its handler %s',
      async (behaviour) => {
        const { telemetry } = await expire(sdk, kind, behaviour);
        await expect.poll(telemetry.serverSpans).toMatchObject([{ scope: THEIRS }]);
        telemetry.stop();
        expect(telemetry.serverSpans()).toHaveLength(1);
      },
    );
  });

  it.each(['list', 'chat'] as const)(
    'a %s call whose handler ends it later has one SERVER span: grpc-js has destroyed its stream',
    async (kind) => {
      const { telemetry, server } = await expire(sdk, kind, 'wait');
      await expect.poll(telemetry.serverSpans).toMatchObject([{ scope: OURS }]);
      server.answer();
      // A stream that is not destroyed has finished then.
      await new Promise(setImmediate);
      expect(telemetry.serverSpans()).toHaveLength(1);
    },
  );

  it('a unary call whose token is revoked has one SERVER span: its handler answers later', async () => {
    const telemetry = await startTelemetry(sdk);
    const server = await startServer('wait');
    const ended = server.call('unary', { token: 'alice' });
    await server.running;
    server.revokeAll();
    expect((await ended).code).toBe(status.UNAUTHENTICATED);
    server.answer();
    telemetry.stop();
    expect(telemetry.serverSpans()).toMatchObject([{ scope: THEIRS }]);
  });

  it('an outage is an error of the server', async () => {
    const telemetry = await startTelemetry(sdk);
    const server = await startServer();
    await server.call('unary', { token: 'down' });
    expect(telemetry.serverSpans()).toMatchObject([
      { status: sdk.api.SpanStatusCode.ERROR, attributes: { 'error.type': 'UNAVAILABLE' } },
    ]);
  });

  it.each([undefined, 'ff' + traceparent.slice(2), `00-${'0'.repeat(32)}-${PARENT}-01`, 'garbage'])(
    'a refused call with the traceparent %s begins a trace',
    async (given) => {
      const telemetry = await startTelemetry(sdk);
      const server = await startServer();
      await server.call('unary', given === undefined ? {} : { traceparent: given });
      const [span] = telemetry.serverSpans();
      expect(span?.parentSpanId).toBeUndefined();
      expect(span?.traceId).toMatch(/^(?!0{32}|a{32})[\da-f]{32}$/);
    },
  );

  it('a refused call in a trace that is not sampled has no span', async () => {
    const telemetry = await startTelemetry(sdk);
    const server = await startServer();
    await server.call('unary', { traceparent: `00-${TRACE}-${PARENT}-00` });
    expect(telemetry.serverSpans()).toEqual([]);
  });

  it.each([true, false])(
    'with includeSubject %s, the span of a verified caller',
    async (include) => {
      const telemetry = await startTelemetry(sdk, { includeSubject: include });
      const server = await startServer('wait');
      const ended = server.call('list', { token: 'alice' });
      await server.running;
      server.revokeAll();
      await ended;
      const [span] = telemetry.serverSpans();
      expect(span?.attributes['grpc_authn.outcome']).toBe('revoked');
      expect(span?.attributes['user.id']).toBe(include ? 'alice' : undefined);
      expect(await telemetry.exported()).not.toContain('example.org');
      expect(await telemetry.scrape()).not.toContain('alice');
    },
  );

  it('no token, claim or secret reaches a span, a metric or a channel', async () => {
    const secret = 'canary-5up3r-5ecret-0f-the-server';
    const published = publishedText();
    const telemetry = await startTelemetry(sdk);
    const authenticator = cached(
      createHs256Authenticator({
        issuer: ISSUER,
        audience: 'api',
        secrets: [{ text: secret, encoding: 'utf8' }],
      }),
      { negative: { maxAgeSeconds: 5 } },
    );
    const server = await startServer('answer', { authenticator });
    const claims = { sub: CANARY, scope: CANARY, email: CANARY, iss: ISSUER, aud: 'api' };
    const nowSeconds = Math.floor(Date.now() / 1000);
    const good = await signed({ ...claims, exp: nowSeconds + 300 }, secret);
    const refused = [
      CANARY,
      `${CANARY}.${CANARY}.${CANARY}`,
      await signed({ ...claims, exp: 1 }, secret),
      await signed({ ...claims, exp: nowSeconds + 300, iss: CANARY }, secret),
      await signed({ ...claims, exp: nowSeconds + 300, aud: CANARY }, secret),
      await signed({ ...claims, exp: nowSeconds + 300 }, `${secret} of another server`),
    ];
    for (const token of refused) {
      for (const kind of KINDS) {
        expect((await server.call(kind, { token })).code).toBe(status.UNAUTHENTICATED);
      }
    }
    expect(published.length).toBeGreaterThan(refused.length * KINDS.length);
    const channels = published.join('');
    expect((await server.call('unary', { token: good })).code).toBe(status.OK);
    const exported = await telemetry.exported();
    expect(exported).toContain('grpc_authn_decisions_total');
    for (const text of [channels, exported]) {
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain(secret);
      for (const part of [good, ...refused].flatMap((token) => token.split('.'))) {
        if (part.length > 20) expect(text).not.toContain(part);
      }
    }
    // The record of an accepted call has its verified caller, but not the token.
    const accepted = published.join('');
    for (const part of good.split('.')) expect(accepted).not.toContain(part);
    expect(accepted).not.toContain(secret);
  });

  it('Prometheus reads the look-ups of a cache, and the refreshes of keys', async () => {
    const telemetry = await startTelemetry(sdk);
    const authenticator = cached(
      createHs256Authenticator({
        issuer: ISSUER,
        audience: 'api',
        secrets: [{ text: SECRET, encoding: 'utf8' }],
      }),
      { negative: { maxAgeSeconds: 5 } },
    );
    const server = await startServer('answer', { authenticator });
    const exp = Math.floor(Date.now() / 1000) + 300;
    const token = await signed({ sub: 'alice', iss: ISSUER, aud: 'api', exp }, SECRET);
    const expired = await signed({ sub: 'alice', iss: ISSUER, aud: 'api', exp: 1 }, SECRET);
    for (const each of [token, token, token, expired, expired]) {
      await server.call('unary', { token: each });
    }
    for (const type of ['keys_refreshed', 'keys_unavailable', 'proxy_used'] as const) {
      reportEvent(() => undefined, { type, authenticator: 'jwks' });
    }
    expect(samplesOf(await telemetry.scrape())).toMatchObject({
      'grpc_authn_cache_lookups_total authenticator=hs256 cache_result=miss': 2,
      'grpc_authn_cache_lookups_total authenticator=hs256 cache_result=hit': 2,
      'grpc_authn_cache_lookups_total authenticator=hs256 cache_result=negative': 1,
      'grpc_authn_key_refreshes_total outcome=refreshed authenticator=jwks': 1,
      'grpc_authn_key_refreshes_total outcome=failed authenticator=jwks': 1,
      'grpc_authn_authenticate_duration_count outcome=allowed authenticator=hs256 cached=true': 2,
    });
  });

  it('Prometheus reads the metrics of refused, allowed and ended calls', async () => {
    const telemetry = await startTelemetry(sdk);
    const server = await startServer('wait');
    await server.call('unary', { token: 'bad' });
    await server.call('unary');
    const ended = server.call('list', { token: 'alice' });
    await server.running;
    await server.clock.advance(60_000);
    await ended;
    const samples = samplesOf(await telemetry.scrape());
    expect(samples).toEqual({
      'grpc_authn_decisions_total outcome=refused code=invalid_token reason=signature authenticator=names unary': 1,
      'grpc_authn_decisions_total outcome=refused code=missing_credentials reason=absent unary': 1,
      'grpc_authn_decisions_total outcome=allowed authenticator=names list': 1,
      'grpc_authn_authenticate_duration_count outcome=refused authenticator=names': 1,
      'grpc_authn_authenticate_duration_count outcome=allowed authenticator=names': 1,
      'grpc_authn_streams_ended_total outcome=expired authenticator=names list': 1,
      'rpc_server_call_duration_count UNAUTHENTICATED unary': 2,
      'rpc_server_call_duration_count UNAUTHENTICATED list': 1,
    });
  });
}

/** A call that is ended when its token expires. */
async function expire(sdk: Sdk, kind: Kind, behaviour: Behaviour) {
  const telemetry = await startTelemetry(sdk);
  const server = await startServer(behaviour);
  const ended = server.call(kind, { token: 'alice' });
  await server.running;
  await server.clock.advance(60_000);
  await ended;
  return { telemetry, server };
}

/** What the three channels carry until the test ends, as text. */
function publishedText(): string[] {
  const texts: string[] = [];
  const listener = (message: unknown): void =>
    void texts.push(inspect(message, { depth: 9, showHidden: true }));
  const names = ['decision', 'event', 'cache'].map((name) => `grpc-authn:${name}`);
  for (const name of names) subscribe(name, listener);
  onTestFinished(() => names.forEach((name) => void unsubscribe(name, listener)));
  return texts;
}

/** The counters and the counts of histograms, with short labels. */
function samplesOf(page: string): Record<string, number> {
  const lines = page
    .split('\n')
    .filter((line) => /^(grpc_authn|rpc_)\w+(_total|_count)\{/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)\{(.*)\} (\S+)/.exec(line) ?? [];
      const given = new Map(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]),
      );
      const own = ['outcome', 'code', 'reason', 'authenticator', 'cached', 'cache_result']
        .filter((key) => given.has(`grpc_authn_${key}`))
        .map((key) => `${key}=${given.get(`grpc_authn_${key}`)}`);
      const rpc = ['rpc_response_status_code', 'rpc_method'].flatMap(
        (key) => given.get(key)?.replace('test.v1.Echo/', '') ?? [],
      );
      return [[name, ...own, ...rpc].join(' '), Number(value)];
    }),
  );
}

function signed(claims: Record<string, unknown>, secret: string): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .sign(new TextEncoder().encode(secret));
}
