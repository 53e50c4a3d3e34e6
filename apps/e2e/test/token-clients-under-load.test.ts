import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Metadata, status as Status } from '@grpc/grpc-js';
import { createTokenSource } from '@grpc-authn/client';
import { createTokenInterceptor } from '@grpc-authn/client/grpc-js';
import { createAuthInterceptor } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { eventually } from '../support/accounts.ts';
import { type CallEnd, EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { answer, withHandler } from '../support/handler-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { WaitingClock } from '../support/waiting-clock.ts';
import { withTokenClient } from '../support/with-token-client.ts';

const CALLS = 10_000;
const kindOf = (call: number): CallKind => CALL_KINDS[call % CALL_KINDS.length] ?? 'unary';

describe('ten thousand calls', () => {
  it('at once, when the token has expired, cost one request for a token', async () => {
    await withTokenClient(
      [() => token()],
      async ({ client, clock, requests }) => {
        await client.call('unary');
        await clock.advance(301_000);
        const ended = await Promise.all(
          Array.from({ length: CALLS }, (_, call) =>
            client.call(kindOf(call), { deadlineMs: undefined }),
          ),
        );
        assert.deepEqual(new Set(ended.map(({ code }) => code)), new Set([Status.OK]));
        assert.equal(requests(), 2);
      },
      // The server admits as many as come, on a busy machine too.
      { guard: { limits: { maxWaiting: 20_000, maxWaitingPerPeer: 20_000 }, timeoutMs: 60_000 } },
    );
  });
});

describe('a renewal that fails for a minute', () => {
  it('is noticed by no call', async () => {
    let isDown = false;
    const renew = (): Promise<string> =>
      isDown ? Promise.reject(new Error('answered 503')) : token();
    await withTokenClient([renew], async ({ client, clock, requests }) => {
      await client.call('unary');
      isDown = true;
      // A token without an expiry is renewed after 300 s, and 60 s earlier at most.
      await clock.advance(239_000);
      for (let second = 0; second < 60; second += 1) {
        for (const kind of CALL_KINDS) assert.equal((await client.call(kind)).code, Status.OK);
        await clock.advance(1000);
      }
      assert.ok(requests() >= 4, `${requests()} requests`);
    });
  });
});

/** The server's clock is ahead of the client's: tokens expire there first. */
const AHEAD_MS = 20_000;
const LIFETIME_SECONDS = 30;
const STEP_MS = 1500;
const AT_ONCE = 50;
/** Every 25th call sends nothing, receives nothing, and ends with its token. */
const isIdle = (call: number): boolean => call % 25 === 1 && kindOf(call) !== 'unary';

describe('ten thousand calls of all kinds, whose tokens expire throughout', () => {
  it('start no handler twice, also where an idle stream ends with its token', async () => {
    const clock = new WaitingClock(Date.now());
    let requests = 0;
    const source = createTokenSource(
      async () => {
        requests += 1;
        const nowSeconds = Math.floor(clock.nowMs() / 1000);
        const exp = nowSeconds + LIFETIME_SECONDS;
        return { token: await token({ iat: nowSeconds, exp }), expiresAtEpochSeconds: exp };
      },
      {
        clock: {
          nowMs: () => clock.nowMs() - AHEAD_MS,
          setTimer: (ms, fire) => clock.setTimer(ms, fire),
        },
      },
    );
    const starts = new Map<string, number>();
    let decisions = 0;
    const options = {
      authenticator: hs256(clock),
      clock,
      onDecision: () => (decisions += 1),
    };
    await withHandler(
      createAuthInterceptor(options),
      {
        handle: (kind, call, respond) => {
          const id = String(call.metadata.get('x-call')[0]);
          starts.set(id, (starts.get(id) ?? 0) + 1);
          if (!isIdle(Number(id))) answer(kind, call, respond);
        },
      },
      async ({ address }) => {
        const client = new EchoClient(address, undefined, {
          interceptors: [createTokenInterceptor(source)],
        });
        const ends = await callInSteps(client, clock, (call) => starts.has(String(call)));
        client.close();
        assert.equal(ends.length, CALLS);
        assert.deepEqual(
          [...starts].filter(([, times]) => times > 1),
          [],
        );
        for (const [call, { code, ...end }] of ends.entries()) {
          const started = starts.get(String(call)) ?? 0;
          const failure = readAuthFailure({ code, metadata: end.trailers });
          const expected =
            started === 1 && !isIdle(call)
              ? [Status.OK, undefined, undefined]
              : [Status.UNAUTHENTICATED, 'TOKEN_EXPIRED', started === 1 ? 'running' : 'admission'];
          assert.deepEqual([call, code, failure?.reason, failure?.stage], [call, ...expected]);
          // What may be sent once more was.
          if (kindOf(call) === 'unary' || kindOf(call) === 'serverStream') {
            assert.equal(started, 1, `${kindOf(call)} ${call}`);
          }
        }
        assert.ok(decisions > CALLS + 10, 'calls were sent once more');
        assert.ok(requests > 5 && requests <= 1 + elapsedSeconds() / 10, `${requests} requests`);
      },
    );
  });
});

const elapsedSeconds = (): number => ((CALLS / AT_ONCE) * STEP_MS) / 1000;

/** The ends of all calls, by their number. Time passes while they run. */
async function callInSteps(
  client: EchoClient,
  clock: WaitingClock,
  hasStarted: (call: number) => boolean,
): Promise<readonly CallEnd[]> {
  const ends: Promise<CallEnd>[] = [];
  const ended = new Set<number>();
  for (let first = 0; first < CALLS; first += AT_ONCE) {
    for (let call = first; call < first + AT_ONCE; call += 1) {
      const metadata = new Metadata();
      metadata.set('x-call', String(call));
      const end = client.call(kindOf(call), { metadata, deadlineMs: undefined });
      ends.push(end);
      void end.then(() => ended.add(call));
    }
    const isSettled = (call: number): boolean =>
      ended.has(call) || (isIdle(call) && hasStarted(call));
    await eventually(
      () => ends.every((_, call) => call < first || isSettled(call)),
      'the calls end, and the idle ones start',
    );
    clock.advance(STEP_MS);
  }
  await eventually(() => {
    // The last tokens expire, and with them the idle calls.
    clock.advance(LIFETIME_SECONDS * 1000);
    return ended.size === CALLS;
  }, 'the idle calls end');
  return Promise.all(ends);
}
