import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import {
  allowAnonymous,
  authenticated,
  ConfigError,
  createAuthInterceptor,
  createPrincipal,
  type Decision,
  definePolicy,
  type ManagedAuthenticator,
  publicMethod,
} from '@grpc-authn/core';
import { createFakeClock } from '@grpc-authn/testing';
import { InterceptingCall, ServerInterceptingCall } from '@grpc/grpc-js';
import { type CallContext, ClientError, Status } from 'nice-grpc';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createNiceAuth, getNicePrincipal, type NicePrincipal } from '../src/index.ts';
import { as, authenticator, startEcho, type Text } from './support/echo.ts';

type Context = CallContext & NicePrincipal;
type Client = Awaited<ReturnType<typeof startEcho>>['client'];

const M: Text = { text: 'm' };

async function* messages(): AsyncGenerator<Text> {
  yield M;
}

async function joined(received: AsyncIterable<Text>): Promise<string> {
  let all = '';
  for await (const { text } of received) all += text;
  return all;
}

const CALLS: Readonly<Record<string, (client: Client, token?: string) => Promise<string>>> = {
  unary: async (client, token) => (await client.unary(M, as(token))).text,
  'client stream': async (client, token) => (await client.collect(messages(), as(token))).text,
  'server stream': (client, token) => joined(client.list(M, as(token))),
  'bidirectional stream': (client, token) => joined(client.chat(messages(), as(token))),
};
const KINDS = Object.entries(CALLS);

function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => value,
    (error: unknown) => (error instanceof ClientError ? Status[error.code] : error),
  );
}

afterEach(() => vi.restoreAllMocks());

describe.each(KINDS)('%s', (kind, call) => {
  it('passes the caller to the handler', async () => {
    const { client } = await startEcho(createNiceAuth({ authenticator }));
    expect(await call(client, 'alice')).toMatch(/^alice/);
  });

  it('is refused before a message is read', async () => {
    const { client, parsed } = await startEcho(createNiceAuth({ authenticator }));
    expect(await codeOf(call(client, 'bad'))).toBe('UNAUTHENTICATED');
    expect(await codeOf(call(client))).toBe('UNAUTHENTICATED');
    expect(parsed.messages).toEqual([]);
  });

  it('has no principal on a public method, and none for an anonymous caller', async () => {
    for (const rule of [publicMethod(), allowAnonymous()]) {
      const policy = definePolicy({ 'test.Echo/*': rule });
      const { client } = await startEcho(createNiceAuth({ authenticator, policy }));
      expect(await call(client)).toMatch(/^nobody/);
    }
  });

  it('is refused where the interceptor is missing, and where it passes nobody on', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { middleware } = createNiceAuth({ authenticator });
    const alone = await startEcho({ middleware });
    expect(await codeOf(call(alone.client, 'alice'))).toBe('INTERNAL');
    const metadataOnly = createNiceAuth({ interceptor: createAuthInterceptor({ authenticator }) });
    const passedOn = await startEcho(metadataOnly);
    expect(await codeOf(call(passedOn.client, 'alice'))).toBe('INTERNAL');
    const another = createNiceAuth({
      interceptor: (_, inner) => new ServerInterceptingCall(inner),
    });
    const unguarded = await startEcho(another);
    expect(await codeOf(call(unguarded.client, 'alice'))).toBe('INTERNAL');
    expect(warn.mock.calls.length).toBeLessThanOrEqual(1);
  });

  it.skipIf(kind === 'unary')('ends the handler with its token', async () => {
    const clock = createFakeClock();
    const aborted = vi.fn<() => void>();
    const auth = createNiceAuth({
      authenticator: {
        ...authenticator,
        authenticate: () =>
          createPrincipal({
            authenticator: 'names',
            subject: 'alice',
            expiresAtEpochSeconds: clock.nowMs() / 1000 + 60,
          }),
      },
      clock,
    });
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => (start = resolve));
    const { client } = await startEcho({
      ...auth,
      see: ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve((aborted(), 'late')), { once: true });
          start();
        }),
    });
    const ended = codeOf(call(client, 'alice'));
    await started;
    await clock.advance(64_000);
    expect(aborted).not.toHaveBeenCalled();
    await clock.advance(1000);
    expect(await ended).toBe('UNAUTHENTICATED');
    expect(aborted).toHaveBeenCalledOnce();
  });
});

it.each(['server stream', 'bidirectional stream'])(
  'reports to telemetry that the handler of a %s fails once its call is ended',
  async (kind) => {
    const ended: unknown[] = [];
    const listener = (callId: unknown): void => void ended.push(callId);
    subscribe('grpc-authn:handler-end', listener);
    onTestFinished(() => void unsubscribe('grpc-authn:handler-end', listener));
    const decisions: Decision[] = [];
    let revoke = (): void => undefined;
    const auth = createNiceAuth({
      authenticator: {
        ...authenticator,
        schemes: ['bearer'],
        traits: {},
        issuers: [],
        ready: async () => undefined,
        close: async () => undefined,
        subscribe(emit) {
          revoke = () => emit({ type: 'revoked', matches: () => true });
          return () => undefined;
        },
      } satisfies ManagedAuthenticator,
      onDecision: (decision) => void decisions.push(decision),
    });
    const { client } = await startEcho({
      ...auth,
      see: async ({ signal }) => {
        setImmediate(() => revoke());
        await once(new EventEmitter(), 'never', { signal });
        return 'late';
      },
    });
    expect(await codeOf(CALLS[kind]?.(client, 'alice') ?? Promise.resolve())).toBe(
      'UNAUTHENTICATED',
    );
    const [, { callId, outcome } = {}] = decisions;
    expect(outcome).toBe('revoked');
    await expect.poll(() => ended).toEqual([callId]);
  },
);

describe('createNiceAuth()', () => {
  it('takes an interceptor that exists', async () => {
    const interceptor = createAuthInterceptor({ authenticator, propagation: 'async_context' });
    const { client } = await startEcho(createNiceAuth({ interceptor }));
    expect(await client.unary(M, as('alice'))).toEqual({ text: 'alice' });
    expect(await codeOf(client.unary(M, as('bad')))).toBe('UNAUTHENTICATED');
  });

  it.each([
    [{ interceptor: undefined }, 'interceptor: expected an interceptor of'],
    [{ interceptor: InterceptingCall, authenticator }, 'authenticator: expected nothing beside'],
    [{ authenticator, polcy: 1 }, 'polcy'],
    [{}, 'authenticator'],
    [undefined, 'authenticator'],
    ['interceptor', 'authenticator'],
  ])('refuses wrong options: %o', (options, message) => {
    const create = (): unknown => createNiceAuth(options as never);
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(message);
  });
});

describe('getNicePrincipal()', () => {
  it('returns the verified caller', async () => {
    const see = (context: Context): string => getNicePrincipal(context).subject ?? '';
    const { client } = await startEcho({ ...createNiceAuth({ authenticator }), see });
    expect(await client.unary(M, as('alice'))).toEqual({ text: 'alice' });
  });

  it('throws for an anonymous caller, and says why', async () => {
    const thrown: unknown[] = [];
    const see = (context: Context): string => {
      try {
        return getNicePrincipal(context).subject ?? '';
      } catch (error) {
        thrown.push((error as Error).message);
        return 'thrown';
      }
    };
    const policy = definePolicy({ 'test.Echo/*': allowAnonymous() });
    const withMiddleware = createNiceAuth({ authenticator, policy });
    const first = await startEcho({ ...withMiddleware, see });
    await first.client.unary(M);
    const { serverOptions } = createNiceAuth({
      authenticator,
      policy: definePolicy({ 'test.Echo/*': authenticated() }),
    });
    const second = await startEcho({ serverOptions, see });
    await second.client.unary(M, as('alice'));
    expect(thrown).toEqual([
      expect.stringContaining('the caller is anonymous'),
      expect.stringContaining('add the middleware'),
    ]);
  });
});
