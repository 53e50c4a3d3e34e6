import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { AuthInterceptorOptions, Decision } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { eventually } from '../support/accounts.ts';
import { type AnyCall, type Handle, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { hs256, token } from '../support/tokens.ts';
import { WaitingClock } from '../support/waiting-clock.ts';

const STREAMS = ['serverStream', 'bidi'] as const;
const LIFETIME_MS = 2_000;
const BIG = 'x'.repeat(64 * 1024);

interface Run {
  readonly kind: (typeof STREAMS)[number];
  /** The handler's work, until it is notified of the cancellation, or without end. */
  readonly handle: Handle;
  /** false: the client reads nothing until the handler was notified and has written more. */
  readonly read: boolean;
  /** Messages that the client receives before the token expires. Default: 0 */
  readonly messages?: number;
}

/** Opens a stream with a token of 2 s on a fake clock, and lets it expire; returns how often the handler was notified. */
async function expire({ kind, handle, read, messages = 0 }: Run): Promise<number> {
  const clock = new WaitingClock();
  const authorization = `Bearer ${await shortToken(clock)}`;
  let notified = 0;
  const decisions: Decision[] = [];
  const options: AuthInterceptorOptions = {
    authenticator: hs256(clock),
    clock,
    streams: { graceSeconds: 0 },
    onDecision: (decision) => void decisions.push(decision),
  };
  const watching: Handle = (which, call, respond) => {
    call.on('cancelled', () => {
      notified += 1;
      assert.equal(call.cancelled, true);
    });
    handle(which, call, respond);
  };
  await withHandler(options, { handle: watching }, async ({ address, seen }) => {
    const client = new OpenClient(address);
    try {
      const open = client.open(kind, { authorization, read });
      await eventually(() => seen.handlers === 1, 'the handler runs');
      await eventually(() => open.got() >= messages, 'the client receives messages');
      clock.advance(LIFETIME_MS - 1);
      assert.equal(notified, 0);
      clock.advance(1);
      // Immediately: nothing was awaited.
      assert.equal(notified, 1);
      if (!read) {
        for (let turn = 0; turn < 300; turn += 1) await new Promise(setImmediate);
        open.stream.resume();
      }
      const { status: end } = await open.ended;
      assert.equal(end.code, status.UNAUTHENTICATED);
      const { reason, challenge } = readAuthFailure(end) ?? {};
      assert.equal(reason, 'TOKEN_EXPIRED');
      assert.equal(challenge, 'Bearer realm="grpc", error="invalid_token"');
    } finally {
      client.close();
    }
  });
  assert.deepEqual(
    decisions.map(({ outcome, error, principal }) => [outcome, error?.reason, principal?.subject]),
    [
      ['allowed', undefined, 'alice'],
      ['expired', 'expired', 'alice'],
    ],
  );
  return notified;
}

function shortToken(clock: WaitingClock): Promise<string> {
  const nowSeconds = clock.nowMs() / 1000;
  return token({ iat: nowSeconds, exp: nowSeconds + LIFETIME_MS / 1000 });
}

function silent(_kind: string, call: AnyCall): void {
  call.on('data', () => undefined);
}

/** Writes without end, whatever the client reads, and ignores the cancellation. */
function writeOnAndOn(_kind: string, call: AnyCall): void {
  call.on('data', () => undefined);
  let left = 500;
  call.on('cancelled', () => void setImmediate(writeMore));
  const writeMore = (): void => {
    call.write(BIG);
    left -= 1;
    if (left === 0) call.end();
    else setImmediate(writeMore);
  };
  for (let first = 0; first < 20; first += 1) call.write(BIG);
}

/** Fills the client's window, and waits until it reads. */
function fill(_kind: string, call: AnyCall): void {
  call.on('data', () => undefined);
  const write = (): void => {
    while (!call.cancelled && call.write(BIG));
  };
  call.on('drain', write);
  write();
}

describe('a stream whose token ends', () => {
  for (const kind of STREAMS) {
    it(`ends at its expiry, and the handler is notified once: a silent ${kind}`, async () => {
      assert.equal(await expire({ kind, handle: silent, read: true }), 1);
    });

    it(`ends while its handler is writing and continues to write: ${kind}`, async () => {
      const run = { kind, handle: writeOnAndOn, read: true, messages: 11 };
      assert.equal(await expire(run), 1);
    });

    it(`notifies the handler immediately where the client reads slowly: ${kind}`, async () => {
      assert.equal(await expire({ kind, handle: fill, read: false }), 1);
    });

    it(`ends for a slow reader although the handler continues to write: ${kind}`, async () => {
      assert.equal(await expire({ kind, handle: writeOnAndOn, read: false }), 1);
    });
  }

  it('ends a client stream too', async () => {
    const clock = new WaitingClock();
    const authorization = `Bearer ${await shortToken(clock)}`;
    const options = { authenticator: hs256(clock), clock, streams: { graceSeconds: 0 } };
    let notified = 0;
    const handle: Handle = (_kind, call) => {
      call.on('data', () => undefined);
      call.on('cancelled', () => (notified += 1));
    };
    await withHandler(options, { handle }, async ({ address, seen }) => {
      const client = new OpenClient(address);
      const { ended } = client.open('clientStream', { authorization });
      await eventually(() => seen.handlers === 1, 'the handler runs');
      clock.advance(LIFETIME_MS - 1);
      assert.equal(notified, 0);
      clock.advance(1);
      const { status: end } = await ended;
      client.close();
      assert.equal(end.code, status.UNAUTHENTICATED);
      assert.equal(notified, 1);
    });
  });

  it('ends by the real clock too, and not before its expiry', async () => {
    const expMs = Math.ceil(Date.now() / 1000) * 1000 + LIFETIME_MS;
    const authorization = `Bearer ${await token({ exp: expMs / 1000 })}`;
    const options = { authenticator: hs256(), streams: { graceSeconds: 0 } };
    await withHandler(options, { handle: silent }, async ({ address }) => {
      const client = new OpenClient(address);
      const { status: end } = await client.open('bidi', { authorization }).ended;
      const atMs = Date.now();
      client.close();
      assert.equal(end.code, status.UNAUTHENTICATED);
      assert.equal(readAuthFailure(end)?.reason, 'TOKEN_EXPIRED');
      assert.ok(atMs >= expMs, `${expMs - atMs} ms too early`);
    });
  });

  it('does not end a unary call, which is decided at its start', async () => {
    const clock = new WaitingClock();
    const authorization = `Bearer ${await shortToken(clock)}`;
    const options = { authenticator: hs256(clock), clock, streams: { graceSeconds: 0 } };
    const handle: Handle = (_kind, _call, respond) => {
      clock.advance(2 * LIFETIME_MS);
      setImmediate(() => respond(null, 'late'));
    };
    await withHandler(options, { handle }, async ({ client }) => {
      const end = await client.call('unary', { authorization });
      assert.deepEqual([end.code, end.messages], [status.OK, ['late']]);
    });
  });
});
