import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import {
  type Authenticator,
  createAuthInterceptor,
  createCallGuard,
  type Decision,
  type GateOutcome,
} from '@grpc-authn/core';
import { Accounts, bearer, eventually } from './accounts.ts';
import type { CallEnd } from './echo-client.ts';
import { CALL_KINDS } from './echo-server.ts';
import { type Handle, type HandlerServer, withHandler } from './handler-server.ts';
import { OpenClient } from './open-call.ts';
import { WaitingClock } from './waiting-clock.ts';

/** Asks a provider that hangs; tokens of Accounts are answered at once. */
export class Hanging implements Authenticator<object> {
  readonly name = 'hanging';
  readonly signals: AbortSignal[] = [];
  readonly #accounts = new Accounts();
  closed = 0;

  authenticate(
    credentials: { readonly token: string },
    { signal }: { readonly signal: AbortSignal },
  ): ReturnType<Authenticator<object>['authenticate']> {
    if (credentials.token === 'alice') return this.#accounts.authenticate(credentials);
    this.signals.push(signal);
    return new Promise(() => undefined);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

export interface ShutdownSubject {
  readonly server: HandlerServer;
  readonly authenticator: Hanging;
  readonly clock: WaitingClock;
  readonly outcomes: Decision['outcome'][];
  /** Open streams whose handlers were notified of the end. */
  readonly notified: () => number;
  /** Asserts that neither a timer, a listener nor a place of a queue is left. */
  readonly assertNothingLeft: () => void;
}

/** A server with one open stream, and with one waiting call of each kind, which use all places. */
export async function withCalls(body: (subject: ShutdownSubject) => Promise<void>): Promise<void> {
  const authenticator = new Hanging();
  const clock = new WaitingClock();
  const outcomes: Decision['outcome'][] = [];
  let notified = 0;
  const guard = createCallGuard({
    authenticator,
    clock,
    timeoutMs: 1000,
    limits: { maxWaiting: CALL_KINDS.length, maxWaitingPerPeer: CALL_KINDS.length },
    onDecision: ({ outcome }) => void outcomes.push(outcome),
  });
  const begin = (): GateOutcome | Promise<GateOutcome> =>
    guard.begin({
      method: '/a.B/C',
      streaming: false,
      credentials: { scheme: 'bearer', token: 'hanging' },
      end: () => undefined,
    });
  const assertNothingLeft = (): void => {
    assert.ok(authenticator.signals.every(({ aborted }) => aborted));
    assert.equal(
      authenticator.signals.flatMap((signal) => getEventListeners(signal, 'abort')).length,
      0,
    );
    assert.equal(clock.waiting, 0);
    const places = CALL_KINDS.map(() => begin());
    assert.ok(places.every((outcome) => outcome instanceof Promise));
    clock.advance(1000);
  };
  const handle: Handle = (_kind, call) => {
    call.on('data', () => undefined);
    call.on('cancelled', () => (notified += 1));
  };
  const interceptor = createAuthInterceptor({ guard, authenticator, clock });
  await withHandler(interceptor, { handle }, async (server) => {
    const client = new OpenClient(server.address);
    client.open('bidi', { authorization: bearer('alice') });
    await eventually(() => server.seen.handlers === 1, 'the stream is open');
    await body({
      server,
      authenticator,
      clock,
      outcomes,
      notified: () => notified,
      assertNothingLeft,
    });
    client.close();
  });
}

export async function allWait({
  server,
  authenticator,
}: ShutdownSubject): Promise<readonly Promise<CallEnd>[]> {
  const calls = CALL_KINDS.map((kind) =>
    server.client.call(kind, { authorization: bearer('hanging') }),
  );
  await eventually(() => authenticator.signals.length === calls.length, 'all calls wait');
  return calls;
}
