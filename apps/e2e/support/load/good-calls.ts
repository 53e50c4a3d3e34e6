import { status } from '@grpc/grpc-js';
import { bearer } from '../accounts.ts';
import { EchoClient } from '../echo-client.ts';

export interface GoodCallOptions {
  readonly port: number;
  /** A new good token. */
  readonly token: () => string;
  /** Callers at a time. Each makes one call after the other, on a connection of its own. */
  readonly callers: number;
  /** At least so many in all. */
  readonly calls: number;
  /** The callers continue until this is aborted, too; at most MAX_CALLS. Default: no. */
  readonly until?: AbortSignal;
  /** A connection for each call. Default: one for each caller. */
  readonly newConnections?: boolean;
  readonly deadlineMs?: number;
}

export interface GoodCalls {
  readonly made: number;
  readonly served: number;
  /** The statuses of the others. */
  readonly lost: Readonly<Record<string, number>>;
  /** Of those that were served, sorted. */
  readonly timesMs: readonly number[];
}

const MAX_CALLS = 20_000;
const OWN_CONNECTION = { 'grpc.use_local_subchannel_pool': 1 };

/** Callers with valid tokens, each of which the server sees for the first time. */
export async function makeGoodCalls(options: GoodCallOptions): Promise<GoodCalls> {
  const { port, token, callers, calls, until, newConnections = false, deadlineMs } = options;
  const timesMs: number[] = [];
  const lost: Record<string, number> = {};
  let made = 0;
  const isEnough = (): boolean =>
    made >= MAX_CALLS || (made >= calls && (until === undefined || until.aborted));
  const connect = (): EchoClient => new EchoClient(`127.0.0.1:${port}`, undefined, OWN_CONNECTION);
  const keepCalling = async (): Promise<void> => {
    let client = connect();
    while (!isEnough()) {
      made += 1;
      const authorization = bearer(token());
      const startedMs = performance.now();
      const limit = deadlineMs === undefined ? {} : { deadlineMs };
      const { code } = await client.call('unary', { authorization, ...limit });
      if (code === status.OK) timesMs.push(performance.now() - startedMs);
      else countOne(lost, status[code] ?? String(code));
      if (newConnections) {
        client.close();
        client = connect();
      }
    }
    client.close();
  };
  await Promise.all(Array.from({ length: callers }, keepCalling));
  timesMs.sort((a, b) => a - b);
  return { made, served: timesMs.length, lost, timesMs };
}

function countOne(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** The value below which this share of sorted times is. */
export function quantile(timesMs: readonly number[], share: number): number {
  return timesMs[Math.min(timesMs.length - 1, Math.floor(timesMs.length * share))] ?? Number.NaN;
}
