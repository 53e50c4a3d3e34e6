import { connect } from 'node:http2';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import {
  type AuthenticationContext,
  type Authenticator,
  type CallGuard,
  createCallGuard,
  type Decision,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { readAuthFailure } from '@grpc-authn/core/client';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createConnectAuth } from '../src/index.ts';
import { names } from './support/authenticators.ts';
import { CALLS, errorOf, openRequests } from './support/call-kinds.ts';
import { as, clientOf, PROTOCOLS, startEcho } from './support/start-echo.ts';

const never = new Promise<never>(() => undefined);

/** An authenticator that answers when the test does. */
function waiting() {
  const contexts: AuthenticationContext[] = [];
  const answers: ((verdict: Verdict<object>) => void)[] = [];
  const authenticator: Authenticator<object> = {
    ...names(),
    authenticate: (_, context) => {
      // Read, so that it exists.
      expect(context.signal.aborted).toBe(false);
      contexts.push(context);
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  return { authenticator, contexts, answers };
}

/** A guard that reports which calls have ended. */
function watched(guard: CallGuard): { readonly guard: CallGuard; readonly open: Set<unknown> } {
  const open = new Set<unknown>();
  return {
    open,
    guard: {
      credentialsFrom: (header) => guard.credentialsFrom(header),
      begin: (call) => {
        open.add(call);
        return guard.begin(call);
      },
      finish: (call, by) => {
        open.delete(call);
        guard.finish(call, by);
      },
      describe: (error, call, stage) => guard.describe(error, call, stage),
    },
  };
}

describe.each(PROTOCOLS)('%s', (protocol) => {
  it.each(Object.entries(CALLS))(
    '%s: a client that leaves during the decision stops the authentication',
    async (_, call) => {
      const { authenticator, contexts, answers } = waiting();
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision): void => void decisions.push(decision);
      const server = await startEcho({ auth: createConnectAuth({ authenticator, onDecision }) });
      const leave = new AbortController();
      const options = as('alice', { signal: leave.signal });
      const left = errorOf(call(clientOf(server, protocol), options, openRequests(never)));
      await expect.poll(() => contexts).toHaveLength(1);
      leave.abort();
      expect(await left).toHaveProperty('code', Code.Canceled);
      await expect.poll(() => contexts[0]?.signal.aborted).toBe(true);
      answers[0]!(
        names().authenticate({ scheme: 'bearer', token: 'alice' }, contexts[0]!) as never,
      );
      await expect.poll(() => decisions).toHaveLength(1);
      expect(decisions[0]).toMatchObject({ outcome: 'cancelled', cancelledBy: 'client' });
      expect(server.received).toEqual([]);
    },
  );

  it.each(Object.entries(CALLS))(
    '%s: a late decision is as good as an early one',
    async (_, call) => {
      const { authenticator, contexts, answers } = waiting();
      const server = await startEcho({ auth: createConnectAuth({ authenticator }) });
      const answer = call(clientOf(server, protocol), as('alice'));
      await expect.poll(() => contexts).toHaveLength(1);
      expect(server.received).toEqual([]);
      answers[0]!(
        names().authenticate({ scheme: 'bearer', token: 'alice' }, contexts[0]!) as never,
      );
      expect(await answer).toBe('alicem');
    },
  );

  it.each(['options', 'a guard'])(
    'decides before the deadline of the caller, by %s',
    async (by) => {
      const clock = createFakeClock(1_000_000);
      const { authenticator, contexts } = waiting();
      const options = { authenticator, clock, timeoutMs: 600_000 };
      const auth = createConnectAuth(
        by === 'options' ? options : { guard: createCallGuard(options), clock },
      );
      const server = await startEcho({ auth });
      const limited = as('alice', { timeoutMs: 60_000 });
      const refused = errorOf(clientOf(server, protocol).unary({ value: 'm' }, limited));
      await expect.poll(() => contexts).toHaveLength(1);
      await clock.advance(59_750);
      expect(readAuthFailure(await refused)).toHaveProperty('reason', 'AUTH_UNAVAILABLE');
    },
  );

  it.each(Object.entries(CALLS))('%s: has ended when the handler has', async (_, call) => {
    const { guard, open } = watched(createCallGuard({ authenticator: names() }));
    const ends = ['well', 'badly'];
    const server = await startEcho({
      auth: createConnectAuth({ guard }),
      see: () => {
        if (ends.shift() === 'badly') throw new Error('fault');
        return '';
      },
    });
    const client = clientOf(server, protocol);
    await call(client, as('alice'));
    await expect.poll(() => open.size).toBe(0);
    await errorOf(call(client, as('alice')));
    await expect.poll(() => open.size).toBe(0);
  });

  it.each(Object.entries(CALLS))('%s: has ended when its message is refused', async (_, call) => {
    const { guard, open } = watched(createCallGuard({ authenticator: names() }));
    const server = await startEcho({ auth: createConnectAuth({ guard }), readMaxBytes: 1 });
    const error = await errorOf(call(clientOf(server, protocol), as('alice')));
    expect(error).toHaveProperty('code', Code.ResourceExhausted);
    await expect.poll(() => open.size).toBe(0);
  });

  it.each(Object.entries(CALLS))('%s: has ended when your own gate refuses it', async (_, call) => {
    const { guard, open } = watched(createCallGuard({ authenticator: names() }));
    const auth = createConnectAuth({ guard });
    const requestGate = (context: HandlerContext): void => {
      void auth.requestGate(context);
      throw new ConnectError('No such tenant', Code.NotFound);
    };
    const server = await startEcho({ auth: { ...auth, requestGate } });
    const error = await errorOf(call(clientOf(server, protocol), as('alice')));
    expect(error).toHaveProperty('code', Code.NotFound);
    await expect.poll(() => open.size).toBe(0);
  });

  it.each(Object.entries(CALLS))(
    '%s: has ended when the client has disconnected, whatever the handler does',
    async (_, call) => {
      const { guard, open } = watched(createCallGuard({ authenticator: names() }));
      let start = (): void => undefined;
      const started = new Promise<void>((resolve) => (start = resolve));
      const server = await startEcho({
        auth: createConnectAuth({ guard }),
        see: () => (start(), never),
      });
      const leave = new AbortController();
      const options = as('alice', { signal: leave.signal });
      const left = errorOf(call(clientOf(server, protocol), options, openRequests(never)));
      await started;
      expect(open.size).toBe(1);
      leave.abort();
      await left;
      await expect.poll(() => open.size).toBe(0);
    },
  );
});

it('refuses a call whose deadline has passed when its message arrives', async () => {
  const { guard, open } = watched(createCallGuard({ authenticator: names() }));
  const server = await startEcho({ auth: createConnectAuth({ guard }) });
  const session = connect(server.origin);
  onTestFinished(() => session.destroy());
  const request = session.request({
    ':method': 'POST',
    ':path': '/echo.v1.Echo/Unary',
    'content-type': 'application/proto',
    'connect-timeout-ms': '200',
    authorization: 'Bearer alice',
  });
  await expect.poll(() => open.size).toBe(1);
  await expect.poll(() => open.size).toBe(0);
  request.end();
  request.setEncoding('utf8');
  let answer = '';
  for await (const chunk of request) answer += chunk as string;
  expect(answer).toContain('"code":"deadline_exceeded"');
  expect(server.received).toEqual([]);
});

it('ends a stream with its token whose deadline the handler ignored', async () => {
  const clock = createFakeClock();
  const authenticator = names({ expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 });
  let aborted = false;
  const server = await startEcho({
    auth: createConnectAuth({ authenticator, clock }),
    see: ({ signal }) => {
      signal.addEventListener('abort', () => (aborted = true));
      return never;
    },
  });
  const session = connect(server.origin);
  onTestFinished(() => session.destroy());
  const request = session.request({
    ':method': 'POST',
    ':path': '/echo.v1.Echo/Bidi',
    'content-type': 'application/grpc',
    'grpc-timeout': '200m',
    authorization: 'Bearer alice',
  });
  const trailers = new Promise((resolve) => request.on('trailers', resolve));
  request.resume();
  await expect.poll(() => aborted).toBe(true);
  await clock.advance(65_000);
  expect(await trailers).toMatchObject({ 'grpc-status': String(Code.Unauthenticated) });
});
