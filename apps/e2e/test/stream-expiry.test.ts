import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { AuthInterceptorOptions, Decision } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { eventually } from '../support/accounts.ts';
import { type AnyCall, type Handle, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { hs256, token } from '../support/tokens.ts';

const STREAMS = ['serverStream', 'bidi'] as const;
const LIFETIME_MS = 2_000;
/** As the issue has it: within 200 ms of the expiry. */
const LATEST_MS = 200;
const BIG = 'x'.repeat(64 * 1024);

interface Run {
  readonly kind: (typeof STREAMS)[number];
  /** The handler's work, until it is notified of the cancellation, or without end. */
  readonly handle: Handle;
  /** false: the client reads nothing until the handler was notified, and 300 ms longer. */
  readonly read: boolean;
}

/** Opens a stream with a token of 2 s; returns when handler and client were notified of its end. */
async function expire(
  test: TestContext,
  { kind, handle, read }: Run,
): Promise<{ got: number; notified: number }> {
  const expMs = Date.now() + LIFETIME_MS;
  const authorization = `Bearer ${await token({ exp: expMs / 1000 })}`;
  let notifiedMs = 0;
  let notified = 0;
  const decisions: Decision[] = [];
  const options: AuthInterceptorOptions = {
    authenticator: hs256(),
    streams: { graceSeconds: 0 },
    onDecision: (decision) => void decisions.push(decision),
  };
  const watching: Handle = (which, call, respond) => {
    call.on('cancelled', () => {
      notified += 1;
      notifiedMs = Date.now();
      assert.equal(call.cancelled, true);
    });
    handle(which, call, respond);
  };
  let got = 0;
  await withHandler(options, { handle: watching }, async ({ address }) => {
    const client = new OpenClient(address);
    try {
      const open = client.open(kind, { authorization, read });
      await eventually(() => notifiedMs > 0, 'the handler is notified');
      assert.ok(notifiedMs >= expMs, `notified ${expMs - notifiedMs} ms too early`);
      assert.ok(notifiedMs <= expMs + LATEST_MS, `notified ${notifiedMs - expMs} ms late`);
      if (!read) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        open.stream.resume();
      }
      const hangs = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error('the client hangs')), 5_000).unref();
      });
      const { status: end, atMs } = await Promise.race([open.ended, hangs]);
      if (read) assert.ok(atMs <= expMs + LATEST_MS, `ended ${atMs - expMs} ms late`);
      const late = (ms: number): string => `${(ms - expMs).toFixed(0)} ms`;
      test.diagnostic(`after the expiry: handler ${late(notifiedMs)}, client ${late(atMs)}`);
      assert.equal(end.code, status.UNAUTHENTICATED);
      const { reason, challenge } = readAuthFailure(end) ?? {};
      assert.equal(reason, 'TOKEN_EXPIRED');
      assert.equal(challenge, 'Bearer realm="grpc", error="invalid_token"');
      got = open.got();
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
  return { got, notified };
}

function silent(_kind: string, call: AnyCall): void {
  call.on('data', () => undefined);
}

/** Writes without end, whatever the client reads, and ignores the cancellation. */
function writeOnAndOn(_kind: string, call: AnyCall): void {
  call.on('data', () => undefined);
  let turns = 0;
  const write = (): void => {
    call.write(BIG);
    turns += 1;
    if (turns === 3_000) call.end();
    else setTimeout(write, 1);
  };
  write();
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

describe('a stream whose token ends', { concurrency: true }, () => {
  for (const kind of STREAMS) {
    it(`ends within ${LATEST_MS} ms of it, and the handler is notified once: a silent ${kind}`, async (test) => {
      assert.deepEqual(await expire(test, { kind, handle: silent, read: true }), {
        got: 0,
        notified: 1,
      });
    });

    it(`ends while its handler is writing and continues to write: ${kind}`, async (test) => {
      const { got, notified } = await expire(test, { kind, handle: writeOnAndOn, read: true });
      assert.ok(got > 10, `${got} messages`);
      assert.equal(notified, 1);
    });

    it(`notifies the handler immediately where the client reads slowly: ${kind}`, async (test) => {
      assert.equal((await expire(test, { kind, handle: fill, read: false })).notified, 1);
    });

    it(`ends for a slow reader although the handler continues to write: ${kind}`, async (test) => {
      assert.equal((await expire(test, { kind, handle: writeOnAndOn, read: false })).notified, 1);
    });
  }

  it('ends a client stream too', async () => {
    const expMs = Date.now() + LIFETIME_MS;
    const authorization = `Bearer ${await token({ exp: expMs / 1000 })}`;
    const options = { authenticator: hs256(), streams: { graceSeconds: 0 } };
    let notified = 0;
    const handle: Handle = (_kind, call) => {
      call.on('data', () => undefined);
      call.on('cancelled', () => (notified += 1));
    };
    await withHandler(options, { handle }, async ({ address }) => {
      const client = new OpenClient(address);
      const { status: end, atMs } = await client.open('clientStream', { authorization }).ended;
      client.close();
      assert.equal(end.code, status.UNAUTHENTICATED);
      assert.ok(atMs >= expMs && atMs <= expMs + LATEST_MS, `${atMs - expMs} ms late`);
      assert.equal(notified, 1);
    });
  });

  it('does not end a unary call, which is decided at its start', async () => {
    const authorization = `Bearer ${await token({ exp: Date.now() / 1000 + 1 })}`;
    const options = { authenticator: hs256(), streams: { graceSeconds: 0 } };
    const handle: Handle = (_kind, _call, respond) => {
      setTimeout(() => respond(null, 'late'), 1_500);
    };
    await withHandler(options, { handle }, async ({ client }) => {
      const end = await client.call('unary', { authorization });
      assert.deepEqual([end.code, end.messages], [status.OK, ['late']]);
    });
  });
});
