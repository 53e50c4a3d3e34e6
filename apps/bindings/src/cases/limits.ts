import assert from 'node:assert/strict';
import { createFakeClock } from '@grpc-authn/testing';
import { type Case, eventually, settle, resultOf } from '../case.ts';
import { echo } from '../handlers.ts';
import { Names } from '../names.ts';
import { INVALID } from './refusals.ts';

const LIMIT = 64 * 1024;
const TOO_LONG = 'x'.repeat(2 * LIMIT);
const RESOURCE_EXHAUSTED = 8;

export const LIMITS: readonly Case[] = [
  {
    name: 'a message over the limit before the decision',
    async run({ start, kinds }) {
      for (const answer of ['immediately', 'later'] as const) {
        const auth = { authenticator: new Names({ answer }) };
        const { client, seen } = await start({ auth, handle: echo, maxMessageBytes: LIMIT });
        for (const kind of kinds) {
          const end = await client.open(kind, { token: 'bad', message: TOO_LONG }).ended;
          assert.deepEqual(resultOf(end), INVALID, `${kind}, ${answer}`);
        }
        assert.deepEqual(seen.counts, { handlerStarts: 0, parsedMessages: 0, aborted: 0 });
      }
    },
  },
  {
    name: 'a message over the limit after the decision',
    async run({ start, kinds }) {
      for (const answer of ['immediately', 'later'] as const) {
        const auth = { authenticator: new Names({ answer }) };
        const { client, seen } = await start({ auth, handle: echo, maxMessageBytes: LIMIT });
        for (const kind of kinds) {
          const end = await client.open(kind, { token: 'alice', message: TOO_LONG }).ended;
          const { code, failure, messages } = end;
          const received = [code, failure, messages];
          assert.deepEqual(received, [RESOURCE_EXHAUSTED, undefined, []], `${kind}, ${answer}`);
        }
        assert.equal(seen.parsedMessages, 0);
      }
    },
  },
  {
    name: 'a client that leaves during the decision',
    async run({ start, kinds }) {
      for (const kind of kinds) {
        const authenticator = new Names({ answer: 'when released' });
        const outcomes: unknown[] = [];
        const { client, seen } = await start({
          auth: {
            authenticator,
            onDecision: ({ outcome, cancelledBy }) => outcomes.push([outcome, cancelledBy]),
          },
          handle: echo,
        });
        const call = client.open(kind, { token: 'alice' });
        await eventually(() => authenticator.asked === 1, 'the decision has begun');
        call.cancel();
        await eventually(() => authenticator.aborted === 1, 'the decision is aborted');
        authenticator.release();
        await settle();
        assert.deepEqual(seen.counts, { handlerStarts: 0, parsedMessages: 0, aborted: 0 }, kind);
        assert.deepEqual(outcomes, [['cancelled', 'client']], kind);
      }
    },
  },
  {
    name: 'clients that leave at any moment',
    async run({ start, kinds }) {
      const auth = { authenticator: new Names({ answer: 'later' }) };
      const { client, seen } = await start({ auth, handle: echo });
      for (const kind of kinds) {
        for (const token of ['alice', 'bad']) {
          for (let turns = 0; turns < 20; turns += 1) {
            const call = client.open(kind, { token });
            for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
            call.cancel();
          }
        }
        const { code, messages } = await client.open(kind, { token: 'alice' }).ended;
        assert.deepEqual([code, messages], [0, ['alice, no token, hello']], kind);
      }
      assert.ok(seen.parsedMessages >= kinds.length);
    },
  },
  {
    name: 'a decision that takes too long',
    async run({ start, kinds }) {
      const clock = createFakeClock();
      for (const kind of kinds) {
        const authenticator = new Names({ answer: 'when released' });
        const auth = { authenticator, clock, timeoutMs: 2_000 };
        const { client, seen } = await start({ auth, handle: echo });
        const { ended } = client.open(kind, { token: 'alice' });
        await eventually(() => authenticator.asked === 1, 'the decision has begun');
        await clock.advance(2_000);
        const { code, failure } = await ended;
        assert.deepEqual(
          [code, failure?.reason, failure?.stage],
          [14, 'AUTH_UNAVAILABLE', 'admission'],
        );
        authenticator.release();
        await settle();
        assert.deepEqual(seen.counts, { handlerStarts: 0, parsedMessages: 0, aborted: 0 }, kind);
      }
    },
  },
];
