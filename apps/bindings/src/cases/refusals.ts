import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { resultOf } from '../case.ts';
import { pathOf, SCOPE } from '../echo.ts';
import { echo } from '../handlers.ts';
import { Names } from '../names.ts';

const UNSEEN = { handlerStarts: 0, parsedMessages: 0, aborted: 0 };
const UNAUTHENTICATED = 16;
const admission = { stage: 'admission', messages: [] };
const MISSING = {
  code: UNAUTHENTICATED,
  reason: 'TOKEN_MISSING',
  challenge: 'Bearer realm="grpc"',
  ...admission,
};
export const INVALID = {
  code: UNAUTHENTICATED,
  reason: 'TOKEN_INVALID',
  challenge: 'Bearer realm="grpc", error="invalid_token"',
  ...admission,
};
/** A compressed message without a compression, a message that is announced and never comes, and no frame at all. */
const GARBAGE = ['0100000003ffffff', '00ffffffff0aff', '00000000020aff', 'ff', ''].map((hex) =>
  Buffer.from(hex, 'hex'),
);

export const REFUSALS: readonly Case[] = [
  {
    name: 'no credentials',
    async run({ start, kinds }) {
      const { client, seen } = await start({ auth: { authenticator: new Names() }, handle: echo });
      for (const kind of kinds) assert.deepEqual(resultOf(await client.open(kind).ended), MISSING);
      assert.deepEqual(seen.counts, UNSEEN);
    },
  },
  {
    name: 'a bad token with a garbage body',
    async run({ start, kinds, protocol }) {
      for (const answer of ['immediately', 'later'] as const) {
        const authenticator = new Names({ answer });
        const { port, seen } = await start({ auth: { authenticator }, handle: echo });
        for (const kind of kinds) {
          for (const body of GARBAGE) {
            const end = await protocol.post(port, kind, 'Bearer bad', body);
            assert.deepEqual(resultOf(end), INVALID, `${kind}, ${answer}, ${body.toString('hex')}`);
          }
        }
        assert.deepEqual(seen.counts, UNSEEN);
      }
    },
  },
  {
    name: 'a refused message is never deserialized',
    async run({ start, kinds }) {
      for (const answer of ['immediately', 'later'] as const) {
        const authenticator = new Names({ answer });
        const { client, seen } = await start({ auth: { authenticator }, handle: echo });
        for (const kind of kinds) {
          assert.deepEqual(resultOf(await client.open(kind, { token: 'bad' }).ended), INVALID);
        }
        assert.deepEqual(seen.counts, UNSEEN);
        await client.open('unary', { token: 'alice' }).ended;
        assert.deepEqual(seen.counts, { ...UNSEEN, handlerStarts: 1, parsedMessages: 1 });
      }
    },
  },
  {
    name: 'status, details, challenge and stage',
    kinds: ['unary'],
    async run({ start }) {
      const { client, seen } = await start({ auth: { authenticator: new Names() }, handle: echo });
      const scope = await client.open('scoped', { token: 'alice' }).ended;
      assert.deepEqual(scope.failure, {
        code: 7,
        reason: 'SCOPE_INSUFFICIENT',
        challenge: `Bearer realm="grpc", error="insufficient_scope", scope="${SCOPE}"`,
        retryAfterMs: undefined,
        stage: 'admission',
        requiredScopes: [SCOPE],
      });
      const outage = await client.open('unary', { token: 'down' }).ended;
      assert.deepEqual(outage.failure, {
        code: 14,
        reason: 'AUTH_UNAVAILABLE',
        challenge: undefined,
        retryAfterMs: 1_000,
        stage: 'admission',
        requiredScopes: [],
      });
      assert.deepEqual(resultOf(await client.open('anonymous', { token: 'bad' }).ended), INVALID);
      assert.deepEqual(seen.counts, UNSEEN, pathOf('scoped'));
    },
  },
];
