import assert from 'node:assert/strict';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Accounts, eventually } from '../support/accounts.ts';
import { type AnyCall, withHandler } from '../support/handler-server.ts';
import { frame } from '../support/raw-client.ts';
import { WaitingClock } from '../support/waiting-clock.ts';

const STREAMS = 10_000;
const CONNECTIONS = 20;
const MOST_BYTES = 5 * 1024 * 1024;
const MINUTE_MS = 60_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of heap after garbage collection. */
async function heap(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** Opens a stream without grpc-js: a client of 10,000 streams that is lighter than the server. */
function open(session: ClientHttp2Session, kind: string): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': `/echo.v1.Echo/${kind}`,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: 'Bearer alice',
  });
  stream.on('error', () => undefined);
  stream.resume();
  const message = frame(Buffer.from('hello'));
  if (kind === 'serverStream') stream.end(message);
  else stream.write(message);
  return stream;
}

interface Round {
  readonly timers: number;
  readonly notified: number;
  readonly left: number;
}

describe('10,000 open streams', () => {
  it('use one timer each, and leave neither timers nor memory behind', async (test) => {
    const clock = new WaitingClock();
    const alice = { expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 };
    const accounts = new Accounts({ alice });
    let running = 0;
    let notified = 0;
    const handle = (_kind: string, call: AnyCall): void => {
      running += 1;
      call.on('data', () => undefined);
      call.on('cancelled', () => {
        running -= 1;
        notified += 1;
      });
    };
    const options = { authenticator: accounts, clock, streams: { graceSeconds: 0 } };
    await withHandler(options, { handle }, async ({ port }) => {
      /** Opens streams, half of them of each kind, and waits until `end` has ended them all. */
      const round = async (
        count: number,
        end: (streams: readonly ClientHttp2Stream[]) => void,
      ): Promise<Round> => {
        const sessions = Array.from({ length: CONNECTIONS }, () =>
          connect(`http://127.0.0.1:${port}`),
        );
        const streams = Array.from({ length: count }, (_, index) =>
          open(sessions[index % CONNECTIONS]!, index % 2 === 0 ? 'serverStream' : 'bidi'),
        );
        let closed = 0;
        for (const stream of streams) stream.on('close', () => (closed += 1));
        await eventually(() => running === count, `${count} streams run`, 120_000);
        const timers = clock.waiting;
        notified = 0;
        end(streams);
        await eventually(() => running === 0, 'all handlers are notified', 120_000);
        // The server closes an ended stream once its client closes its own side.
        for (const stream of streams) stream.end();
        await eventually(() => closed === count, 'all streams are closed', 120_000);
        for (const session of sessions) session.destroy();
        return { timers, notified, left: clock.waiting };
      };
      const expire = (): void => clock.advance(MINUTE_MS);
      const cancel = (streams: readonly ClientHttp2Stream[]): void => {
        for (const stream of streams) stream.close(8);
      };
      // Warm-up: creates what Node and grpc-js create once.
      await round(1_000, cancel);
      const before = await heap();
      const startedMs = Date.now();
      const cancelled = await round(STREAMS, cancel);
      const expired = await round(STREAMS, expire);
      const tookMs = Date.now() - startedMs;
      const more = (await heap()) - before;
      test.diagnostic(`2 x ${STREAMS} streams: ${tookMs} ms, ${(more / 1024).toFixed(0)} KiB left`);
      const all = { timers: STREAMS, notified: STREAMS, left: 0 };
      assert.deepEqual(cancelled, all);
      assert.deepEqual(expired, all);
      assert.ok(more < MOST_BYTES, `${more} bytes of heap are left`);
    });
  });
});
