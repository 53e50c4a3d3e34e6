import { Code, type ConnectError, type HandlerContext } from '@connectrpc/connect';
import { readAuthFailure } from '@grpc-authn/core/client';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { createConnectAuth } from '../src/index.ts';
import { names, revocable } from './support/authenticators.ts';
import { CALLS, errorOf, openRequests, STREAMS } from './support/call-kinds.ts';
import { as, clientOf, PROTOCOLS, startEcho } from './support/start-echo.ts';

/** Handlers that wait until their signal aborts, and what it aborted with. */
function waitingHandler() {
  const reasons: unknown[] = [];
  let start = (): void => undefined;
  const started = new Promise<void>((resolve) => (start = resolve));
  const see = ({ signal }: HandlerContext): Promise<string> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        resolve('late');
      });
      start();
    });
  return { reasons, started, see };
}

const never = new Promise<never>(() => undefined);

function expiringIn(seconds: number) {
  const clock = createFakeClock();
  const authenticator = names({ expiresAtEpochSeconds: clock.nowMs() / 1000 + seconds });
  return { clock, auth: createConnectAuth({ authenticator, clock }) };
}

describe.each(PROTOCOLS)('%s', (protocol) => {
  describe.each(STREAMS)('an idle %s', (_, call) => {
    it('ends with its token, for handler and client', async () => {
      const { clock, auth } = expiringIn(60);
      const { reasons, started, see } = waitingHandler();
      const server = await startEcho({ auth, see });
      const ended = errorOf(call(clientOf(server, protocol), as('alice'), openRequests(never)));
      await started;
      await clock.advance(64_999);
      expect(reasons).toEqual([]);
      await clock.advance(1);
      expect(readAuthFailure(await ended)).toMatchObject({
        code: Code.Unauthenticated,
        reason: 'TOKEN_EXPIRED',
        stage: 'running',
        challenge: 'Bearer realm="grpc", error="invalid_token"',
      });
      expect(reasons).toEqual([expect.objectContaining({ code: Code.Unauthenticated })]);
    });
  });

  describe.each(Object.entries(CALLS))('%s', (_, call) => {
    it('ends when its caller is revoked', async () => {
      const { authenticator, revoke } = revocable();
      const { reasons, started, see } = waitingHandler();
      const server = await startEcho({ auth: createConnectAuth({ authenticator }), see });
      const ended = errorOf(call(clientOf(server, protocol), as('alice'), openRequests(never)));
      await started;
      revoke('bob');
      expect(reasons).toEqual([]);
      revoke('alice');
      expect(readAuthFailure(await ended)).toMatchObject({
        reason: 'TOKEN_INVALID',
        stage: 'running',
      });
      expect(reasons).toEqual([expect.objectContaining({ code: Code.Unauthenticated })]);
    });
  });

  it('ends a handler that waits for the next message of its caller', async () => {
    const { clock, auth } = expiringIn(60);
    let seen: unknown;
    const server = await startEcho({
      auth,
      interceptors: [
        auth.interceptor,
        (next) => async (request) => {
          if (!request.stream) return next(request);
          const { message } = request;
          return next({
            ...request,
            message: (async function* () {
              try {
                yield* message;
              } catch (error) {
                seen = error;
                throw error;
              }
            })(),
          });
        },
      ],
    });
    const stream = clientOf(server, protocol).bidi(openRequests(never), as('alice'));
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toHaveProperty('value', 'alicem');
    const ended = errorOf(iterator.next());
    await clock.advance(65_000);
    expect(await ended).toHaveProperty('code', Code.Unauthenticated);
    await expect.poll(() => seen).toHaveProperty('code', Code.Unauthenticated);
  });

  it('notifies a slow reader when it reads again, and its handler at once', async () => {
    const { clock, auth } = expiringIn(60);
    const large = 'x'.repeat(100_000);
    let sent = 0;
    let cleanedUp = false;
    let aborted = false;
    const server = await startEcho({
      auth,
      interceptors: [
        auth.interceptor,
        (next) => async (request) => {
          request.signal.addEventListener('abort', () => (aborted = true));
          const response = await next(request);
          if (!response.stream) return response;
          return {
            ...response,
            message: (async function* () {
              try {
                for (;;) {
                  sent += 1;
                  yield { $typeName: 'google.protobuf.StringValue', value: large };
                }
              } finally {
                cleanedUp = true;
              }
            })(),
          };
        },
      ],
    });
    const stream = clientOf(server, protocol).serverStream({ value: 'm' }, as('alice'));
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    // Whether the stream is full by now changes nothing of what follows.
    await expect.poll(() => sent).toBeGreaterThan(5);
    await clock.advance(65_000);
    expect(aborted).toBe(true);
    await expect.poll(() => cleanedUp).toBe(true);
    const sentAtEnd = sent;
    const readOn = async (): Promise<void> => {
      while ((await iterator.next()).done !== true);
    };
    expect(await errorOf(readOn())).toHaveProperty('code', Code.Unauthenticated);
    expect(sent).toBe(sentAtEnd);
  });

  it('does not end a stream that has ended, nor a unary call that outlives its token', async () => {
    const { clock, auth } = expiringIn(60);
    const { started, see, reasons } = waitingHandler();
    let release: (value: string) => void = () => undefined;
    const released = new Promise<string>((resolve) => (release = resolve));
    const server = await startEcho({
      auth,
      see: (context) => (void see(context), context.method.name === 'Unary' ? released : 'quick'),
    });
    const client = clientOf(server, protocol);
    expect(await CALLS['server stream']!(client, as('alice'))).toBe('quickm');
    const unary = client.unary({ value: 'm' }, as('alice'));
    await started;
    await clock.advance(120_000);
    release('done');
    expect((await unary).value).toBe('donem');
    expect(reasons).not.toContainEqual(
      expect.objectContaining({ code: Code.Unauthenticated }) as ConnectError,
    );
  });
});

describe('1,000 open streams', () => {
  it.each(PROTOCOLS)('end with their tokens on %s', async (protocol) => {
    const { clock, auth } = expiringIn(60);
    let started = 0;
    let notified = 0;
    const server = await startEcho({
      auth,
      see: ({ signal }) =>
        new Promise((resolve) => {
          started += 1;
          signal.addEventListener('abort', () => {
            notified += 1;
            resolve('');
          });
        }),
    });
    const client = clientOf(server, protocol);
    const streams = Array.from({ length: 1000 }, () =>
      errorOf(CALLS['bidirectional stream']!(client, as('alice'), openRequests(never))),
    );
    await expect.poll(() => started).toBe(1000);
    expect(notified).toBe(0);
    await clock.advance(65_000);
    const codes = new Set((await Promise.all(streams)).map(({ code }) => code));
    expect(codes).toEqual(new Set([Code.Unauthenticated]));
    expect(notified).toBe(1000);
  });
});

describe('HTTP/1.1', () => {
  it.each(STREAMS.filter(([kind]) => kind !== 'bidirectional stream'))(
    'ends an idle %s',
    async (_, call) => {
      const { clock, auth } = expiringIn(60);
      const { started, see, reasons } = waitingHandler();
      const server = await startEcho({ auth, see, server: 'http1' });
      const client = clientOf(server, 'connect', { httpVersion: '1.1' });
      const ended = errorOf(call(client, as('alice'), openRequests(never)));
      await started;
      await clock.advance(65_000);
      expect(reasons).toHaveLength(1);
      expect(await ended).toHaveProperty('code', Code.Unauthenticated);
    },
    10_000,
  );
});
