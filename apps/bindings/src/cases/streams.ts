import assert from 'node:assert/strict';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import { type Case, eventually, type Server, type Setting, settle, resultOf } from '../case.ts';
import type { CallKind } from '../echo.ts';
import { flooding, idle } from '../handlers.ts';
import { Names } from '../names.ts';
import type { Handler } from '../subject.ts';
import type { OpenCall } from '../wire-client.ts';

const STREAMS: readonly CallKind[] = ['clientStream', 'serverStream', 'bidi'];
const RESPONSE_STREAMS: readonly CallKind[] = ['serverStream', 'bidi'];
const LIFETIME_MS = 30_000;
const MANY = 1_000;

const ended = (reason: string) => ({
  code: 16,
  reason,
  stage: 'running',
  challenge: 'Bearer realm="grpc", error="invalid_token"',
});
const EXPIRED = ended('TOKEN_EXPIRED');
const REVOKED = ended('TOKEN_INVALID');

/** A server on a fake clock, whose callers have tokens of 30 s. */
async function expiring(
  setting: Setting,
  handle: Handler,
): Promise<{ readonly clock: FakeClock; readonly server: Server; readonly names: Names }> {
  const clock = createFakeClock();
  const names = new Names({ expiresAtEpochSeconds: (clock.nowMs() + LIFETIME_MS) / 1000 });
  const auth = { authenticator: names, clock, streams: { graceSeconds: 0 } };
  return { clock, names, server: await setting.start({ auth, handle }) };
}

/** Opens many streams, ends them by `end`, and expects that each client and each handler is notified. */
async function endMany(
  setting: Setting,
  end: (clock: FakeClock, names: Names) => Promise<void> | void,
  expected: object,
): Promise<void> {
  const { clock, names, server } = await expiring(setting, idle);
  const { client, seen } = server;
  const calls: OpenCall[] = [];
  for (let index = 0; index < MANY; index += 1) {
    const kind = setting.kinds[index % setting.kinds.length]!;
    calls.push(client.open(kind, { token: 'alice', halfClose: false }));
  }
  await eventually(() => seen.handlerStarts === MANY, `${MANY} handlers run`);
  await clock.advance(LIFETIME_MS - 1);
  await settle();
  assert.equal(seen.aborted, 0);
  await end(clock, names);
  await eventually(() => seen.aborted === MANY, `${MANY} handlers are notified`);
  for (const call of calls)
    assert.deepEqual(resultOf(await call.ended), { ...expected, messages: [] });
}

/** Waits until the handler can send no more, because nobody reads. */
async function stopped(sent: () => number): Promise<void> {
  await eventually(() => sent() > 0, 'the handler sends');
  for (let still = 0, last = -1; still < 20; still = sent() === last ? still + 1 : 0) {
    last = sent();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const STREAM_CASES: readonly Case[] = [
  {
    name: 'a stream that outlives its token while idle',
    kinds: STREAMS,
    async run(setting) {
      for (const kind of setting.kinds) {
        const { clock, server } = await expiring(setting, idle);
        const call = server.client.open(kind, { token: 'alice', halfClose: false });
        await eventually(() => server.seen.handlerStarts === 1, 'the handler runs');
        await clock.advance(LIFETIME_MS - 1);
        assert.equal(server.seen.aborted, 0, kind);
        await clock.advance(1);
        assert.deepEqual(resultOf(await call.ended), { ...EXPIRED, messages: [] }, kind);
        await eventually(() => server.seen.aborted === 1, 'the handler is notified');
      }
    },
  },
  {
    name: 'a slow reader',
    kinds: RESPONSE_STREAMS,
    async run(setting) {
      for (const kind of setting.kinds) {
        const { flood, sent } = flooding();
        const { clock, server } = await expiring(setting, flood);
        const call = server.client.open(kind, { token: 'alice', read: false });
        await stopped(sent);
        await clock.advance(LIFETIME_MS);
        // Before the client reads on.
        await eventually(() => server.seen.aborted === 1, 'the handler is notified');
        call.resume();
        const { messages: _, ...received } = resultOf(await call.ended) as {
          readonly messages: unknown;
        };
        assert.deepEqual(received, EXPIRED, kind);
      }
    },
  },
  {
    name: '1,000 open streams end with their tokens',
    kinds: STREAMS,
    run: (setting) => endMany(setting, (clock) => clock.advance(1), EXPIRED),
  },
  {
    name: '1,000 open streams end with a revocation',
    kinds: STREAMS,
    run: (setting) => endMany(setting, (_, names) => names.revoke('alice'), REVOKED),
  },
];
