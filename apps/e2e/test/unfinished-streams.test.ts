import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { Decision } from '@grpc-authn/core';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { answer, type Handle, type HandlerServer, withHandler } from '../support/handler-server.ts';
import { collected, heldBytes } from '../support/memory.ts';
import { RawConnection } from '../support/raw-connection.ts';

const FLOOD = 200;
const BOUND = 10;
/** The connection is closed after 2.7 to 3.3 s, and destroyed 0.1 s later. */
const SHORT_AGE = {
  'grpc.max_connection_age_ms': 3_000,
  'grpc.max_connection_age_grace_ms': 100,
};
const SHORT_KEEPALIVE = { 'grpc.keepalive_time_ms': 500, 'grpc.keepalive_timeout_ms': 500 };
const UNREAD = 100;
const MESSAGE_BYTES = 64 * 1024;

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

describe('refused calls of a client that never half-closes and answers pings', () => {
  it('are closed with their connection by grpc.max_connection_age_ms', async () => {
    await flooded('bidi', SHORT_AGE, async ({ raw, decided }) => {
      assert.equal(decided(), FLOOD);
      await eventually(() => raw.closed, 'the connection is closed');
    });
  });
});

/** Opens streams that the client never reads, and ends them as an expired or revoked token does. */
async function unread(
  serverOptions: object,
  body: (flood: {
    readonly raw: RawConnection;
    /** The calls of the handler. */
    readonly calls: readonly WeakRef<object>[];
    /** Bytes that the server stores for the streams. */
    readonly held: () => number;
    readonly end: () => void;
  }) => Promise<void>,
): Promise<void> {
  const authenticator = new Accounts();
  const calls: WeakRef<object>[] = [];
  const handle: Handle = (_kind, call) => {
    calls.push(new WeakRef(call));
    const write = (): void => {
      while (!call.cancelled && call.write(Buffer.alloc(MESSAGE_BYTES, 'x').toString('latin1')));
    };
    call.on('drain', write);
    write();
  };
  const before = heldBytes();
  await withHandler({ authenticator }, { handle, serverOptions }, async (server) => {
    const raw = new RawConnection(server.port);
    try {
      for (let opened = 0; opened < UNREAD; opened += 1) {
        const stream = raw.open('/echo.v1.Echo/serverStream', bearer('alice'));
        raw.message(stream, 'hello');
        raw.halfClose(stream);
      }
      await eventually(() => calls.length === UNREAD, 'all handlers run');
      await body({
        raw,
        calls,
        held: () => heldBytes() - before,
        end: () => authenticator.revoke(() => true),
      });
    } finally {
      raw.close();
    }
  });
}

describe('ended streams of a client that never reads', () => {
  it('store one message each: the handler and what it has buffered are released at once', async () => {
    await unread({}, async ({ raw, calls, held, end }) => {
      assert.equal(await collected(calls), 0);
      assert.ok(held() > UNREAD * 10 * MESSAGE_BYTES, `${held()} bytes`);
      end();
      assert.equal(await collected(calls), UNREAD);
      assert.ok(held() < UNREAD * 2 * MESSAGE_BYTES, `${held()} bytes`);
      assert.deepEqual([raw.reset.size, raw.closed], [0, false]);
    });
  });

  it('are closed with their connection by grpc.max_connection_age_ms', async () => {
    await unread(SHORT_AGE, async ({ raw, held, end }) => {
      end();
      await eventually(() => raw.closed, 'the connection is closed');
      await eventually(() => held() < UNREAD * MESSAGE_BYTES * 0.1, 'nothing is stored');
    });
  });

  it('are closed with their connection by grpc.keepalive_time_ms if it does not read its socket', async () => {
    await unread(SHORT_KEEPALIVE, async ({ raw, held, end }) => {
      raw.pause();
      end();
      await eventually(() => held() < UNREAD * MESSAGE_BYTES * 0.1, 'nothing is stored');
    });
  });

  it('stay open with grpc.keepalive_time_ms alone if their client answers pings', async () => {
    await unread(SHORT_KEEPALIVE, async ({ raw, held, end }) => {
      end();
      await eventually(() => raw.pings >= 3, 'the server pings');
      assert.deepEqual([raw.reset.size, raw.closed], [0, false]);
      assert.ok(held() > UNREAD * MESSAGE_BYTES * 0.5, `${held()} bytes`);
    });
  });
});
