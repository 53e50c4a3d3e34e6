import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { Decision } from '@grpc-authn/core';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { answer, withHandler, type HandlerServer } from '../support/handler-server.ts';
import { RawConnection } from '../support/raw-connection.ts';

const FLOOD = 200;
const BOUND = 10;

async function flooded(
  kind: CallKind,
  serverOptions: object,
  body: (flood: {
    readonly raw: RawConnection;
    readonly streams: readonly number[];
    readonly decided: () => number;
    readonly server: HandlerServer;
  }) => Promise<void>,
): Promise<void> {
  let decided = 0;
  const onDecision = ({ outcome }: Decision): void => {
    decided += outcome === 'refused' ? 1 : 0;
  };
  const options = { authenticator: new Accounts(), onDecision };
  await withHandler(options, { handle: answer, serverOptions }, async (server) => {
    const raw = new RawConnection(server.port);
    try {
      const streams = Array.from({ length: FLOOD }, () => raw.open(`/echo.v1.Echo/${kind}`));
      await heard(raw);
      await eventually(() => raw.answered.size + raw.reset.size >= FLOOD, 'all are answered');
      await body({ raw, streams, decided: () => decided, server });
      assert.deepEqual([server.seen.handlers <= 1, server.seen.messages <= 1], [true, true]);
    } finally {
      raw.close();
    }
  });
}

async function heard(raw: RawConnection): Promise<void> {
  const pongs = raw.pongs + 1;
  raw.ping();
  await eventually(() => raw.pongs >= pongs, 'the server has read everything');
}

for (const kind of CALL_KINDS) {
  describe(`refused ${kind} calls of a client that never half-closes`, () => {
    it('are limited by grpc.max_concurrent_streams', async () => {
      const serverOptions = { 'grpc.max_concurrent_streams': BOUND };
      await flooded(kind, serverOptions, async ({ raw, streams, decided, server }) => {
        assert.equal(decided(), BOUND);
        assert.equal(raw.answered.size, BOUND);
        assert.equal(raw.reset.size, FLOOD - BOUND);
        assert.deepEqual(new Set(raw.reset.values()), new Set([constants.NGHTTP2_REFUSED_STREAM]));
        // Another connection is served as before.
        const end = await server.client.call(kind, { authorization: bearer('alice') });
        assert.equal(end.code, status.OK);
        // A stream that is half-closed later makes room for one more.
        raw.halfClose(streams[0]!);
        await heard(raw);
        const more = raw.open(`/echo.v1.Echo/${kind}`);
        await eventually(() => raw.answered.has(more), 'one more is answered');
        assert.equal(decided(), BOUND + 1);
        // A client that has acknowledged the limit, and exceeds it, loses the connection.
        raw.open(`/echo.v1.Echo/${kind}`);
        await eventually(() => raw.closed, 'the connection is closed');
        assert.equal(decided(), BOUND + 1);
      });
    });

    it('all stay open without a limit, which is why the docs require the option', async () => {
      await flooded(kind, {}, async ({ raw, decided }) => {
        assert.equal(decided(), FLOOD);
        assert.deepEqual([raw.answered.size, raw.reset.size], [FLOOD, 0]);
      });
    });
  });
}
