import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { AuthInterceptorOptions } from '@grpc-authn/core';
import { allowAnonymous, definePolicy } from '@grpc-authn/core';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { type AnyCall, answer, withHandler } from '../support/handler-server.ts';
import { OpenClient, type OpenCall } from '../support/open-call.ts';
import { WaitingClock } from '../support/waiting-clock.ts';

const STREAMS = CALL_KINDS.filter((kind) => kind !== 'unary');
const NOW_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

interface Held {
  readonly clock: WaitingClock;
  readonly open: OpenCall;
  /** What the handler sees. */
  readonly call: AnyCall;
}

/** A call of alice's that stays open, on a stopped clock. */
async function hold(
  kind: CallKind,
  streams: AuthInterceptorOptions['streams'],
  body: (held: Held) => Promise<void>,
  { expiresInMs = MINUTE_MS, anonymous = false } = {},
): Promise<void> {
  const clock = new WaitingClock(NOW_MS);
  const init =
    expiresInMs === Infinity ? {} : { expiresAtEpochSeconds: (NOW_MS + expiresInMs) / 1000 };
  const options: AuthInterceptorOptions = {
    authenticator: new Accounts({ alice: init }),
    policy: definePolicy({ rules: { 'echo.v1.Echo/*': allowAnonymous() } }),
    clock,
    ...(streams === undefined ? {} : { streams }),
  };
  const calls: AnyCall[] = [];
  const handle = (_kind: CallKind, call: AnyCall): void => void calls.push(call);
  await withHandler(options, { handle }, async ({ address }) => {
    const client = new OpenClient(address);
    try {
      const open = client.open(kind, anonymous ? {} : { authorization: bearer('alice') });
      await eventually(() => calls.length > 0, 'the handler runs');
      await body({ clock, open, call: calls[0]! });
    } finally {
      client.close();
    }
  });
}

async function assertExpires({ clock, open, call }: Held, inMs: number): Promise<void> {
  // It reads the clock again each minute, until the last one.
  assert.equal(clock.nextMs, Math.min(inMs, MINUTE_MS));
  clock.advance(inMs - 1);
  assert.equal(call.cancelled, false);
  clock.advance(1);
  assert.equal(call.cancelled, true);
  const { status: end } = await open.ended;
  assert.equal(end.code, status.UNAUTHENTICATED);
  assert.equal(clock.waiting, 0);
}

for (const kind of STREAMS) {
  describe(`a ${kind} call whose token ends in a minute`, () => {
    it('ends five seconds after it by default', () =>
      hold(kind, undefined, (held) => assertExpires(held, MINUTE_MS + 5_000)));

    it('ends after the configured grace, which can be zero', async () => {
      await hold(kind, { graceSeconds: 0 }, (held) => assertExpires(held, MINUTE_MS));
      await hold(kind, { graceSeconds: 90 }, (held) => assertExpires(held, MINUTE_MS + 90_000));
    });

    it('ends a random time later with jitter, and never earlier', async () => {
      for (const [random, more] of [
        [0, 0],
        [0.5, 5_000],
        [0.9, 9_000],
      ] as const) {
        const streams = { graceSeconds: 1, jitterSeconds: 10 };
        const mocked = mock.method(Math, 'random', () => random);
        try {
          await hold(kind, streams, (held) => assertExpires(held, MINUTE_MS + 1_000 + more));
        } finally {
          mocked.mock.restore();
        }
      }
    });

    it('continues where expiry is ignored, and has no timer', () =>
      hold(kind, { atExpiry: 'ignore', graceSeconds: 0 }, async ({ clock, open, call }) => {
        assert.equal(clock.set, 0);
        clock.advance(DAY_MS);
        await new Promise(setImmediate);
        assert.equal(call.cancelled, false);
        open.stream.cancel();
        assert.equal((await open.ended).status.code, status.CANCELLED);
      }));

    it('is not ended by a timer that fires too early: the clock decides', () =>
      hold(kind, { graceSeconds: 0 }, async (held) => {
        held.clock.fireDue(MINUTE_MS);
        assert.equal(held.call.cancelled, false);
        assert.equal(held.clock.waiting, 1);
        await assertExpires(held, MINUTE_MS);
      }));

    it('lives longer by the time that the clock is set back', () =>
      hold(kind, { graceSeconds: 0 }, async (held) => {
        held.clock.setTo(NOW_MS - MINUTE_MS);
        held.clock.fireDue(MINUTE_MS);
        assert.equal(held.call.cancelled, false);
        await assertExpires(held, 2 * MINUTE_MS);
      }));

    it('ends within a minute where the clock is set forward, or after the machine slept', () =>
      hold(
        kind,
        { graceSeconds: 0 },
        async ({ clock, open, call }) => {
          clock.setTo(NOW_MS + 60 * MINUTE_MS);
          clock.advance(MINUTE_MS - 1);
          assert.equal(call.cancelled, false);
          clock.advance(1);
          assert.equal(call.cancelled, true);
          assert.equal((await open.ended).status.code, status.UNAUTHENTICATED);
          assert.equal(clock.waiting, 0);
        },
        { expiresInMs: 60 * MINUTE_MS },
      ));

    it('leaves no timer behind when it ends earlier', () =>
      hold(kind, undefined, async ({ clock, open }) => {
        assert.equal(clock.waiting, 1);
        open.stream.cancel();
        await open.ended;
        await eventually(() => clock.waiting === 0, 'the timer is cancelled');
      }));
  });

  describe(`a ${kind} call whose token does not expire`, () => {
    const endless = { expiresInMs: Infinity };
    it('ends after an hour by default', () =>
      hold(kind, undefined, (held) => assertExpires(held, 60 * MINUTE_MS), endless));

    it('ends after the configured seconds', () =>
      hold(kind, { maxSeconds: 90 }, (held) => assertExpires(held, 90_000), endless));
  });

  describe(`a ${kind} call`, () => {
    it('of a token that has expired meanwhile ends before its handler runs', async () => {
      const clock = new WaitingClock(NOW_MS);
      const alice = { expiresAtEpochSeconds: NOW_MS / 1000 - 6 };
      const options = { authenticator: new Accounts({ alice }), clock };
      await withHandler(options, { handle: answer }, async ({ seen, client }) => {
        const end = await client.call(kind, { authorization: bearer('alice') });
        assert.equal(end.code, status.UNAUTHENTICATED);
        assert.deepEqual(seen, { handlers: 0, messages: 0 });
        assert.equal(clock.waiting, 0);
      });
    });

    it('of a token for a century reads the clock each minute, with one timer', () =>
      hold(
        kind,
        { graceSeconds: 0 },
        async ({ clock, open, call }) => {
          for (let days = 0; days < 100; days += 1) {
            assert.equal(clock.nextMs, MINUTE_MS);
            clock.advance(DAY_MS);
          }
          await new Promise(setImmediate);
          assert.equal(call.cancelled, false);
          assert.equal(clock.waiting, 1);
          open.stream.cancel();
          await open.ended;
        },
        { expiresInMs: 36_500 * DAY_MS },
      ));

    it('of an anonymous caller has no expiry', () =>
      hold(
        kind,
        { graceSeconds: 0, maxSeconds: 1 },
        async ({ clock, open, call }) => {
          assert.equal(clock.set, 0);
          assert.equal(call.cancelled, false);
          open.stream.cancel();
          await open.ended;
        },
        { anonymous: true },
      ));
  });
}

describe('a unary call', () => {
  it('has no timer', () =>
    hold('unary', { graceSeconds: 0, maxSeconds: 1 }, async ({ clock, open, call }) => {
      assert.equal(clock.set, 0);
      clock.advance(DAY_MS);
      assert.equal(call.cancelled, false);
      open.stream.cancel();
      await open.ended;
    }));
});
