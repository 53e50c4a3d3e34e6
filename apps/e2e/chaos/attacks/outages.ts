import { randomBytes } from 'node:crypto';
import { Metadata, status } from '@grpc/grpc-js';
import { bearer } from '../../support/accounts.ts';
import type { LoadWorld, Target } from '../../support/load/load-world.ts';
import { createRetryingClient, MAX_ATTEMPTS } from '../../support/load/retrying-client.ts';
import type { ServeOptions } from '../../support/load/server-process.ts';
import type { ProviderBehaviour } from '../../support/load/provider-process.ts';
import type { Goal, Scenario } from './scenario.ts';

interface Outage {
  readonly name: string;
  readonly of: string;
  readonly provider?: ProviderBehaviour;
  readonly server: ServeOptions;
  readonly deadlineMs: number;
  readonly goals: (seen: Seen) => readonly Goal[];
}

/** What became of all calls. */
interface Seen {
  readonly allUnavailable: boolean;
  readonly slowestMs: number;
  /** Of one call, at most and at least. */
  readonly attempts: readonly [most: number, fewest: number];
  /** Between two attempts of one call, at least; Infinity if there was only one. */
  readonly gapMs: number;
  /** Of all decisions of the server. */
  readonly outcomes: readonly string[];
}

const CALLS = 100;
const AT_ONCE_MS = 500;
/** Timers of Node.js count whole milliseconds. */
const TIMER_MS = 1;

/** Calls during an outage, all at once, of clients with a retry policy. */
function outage({ name, of, provider = {}, server, deadlineMs, goals }: Outage): Scenario {
  return {
    name,
    of,
    async run(world) {
      const target = await serve(world, server);
      const client = createRetryingClient(target.port);
      // The first call of a server waits for connections and for the compiler.
      await client.call('unary', { authorization: bearer(target.goodToken()), deadlineMs: 10_000 });
      await world.provider.ask('behave', provider);
      const ends = await Promise.all(
        Array.from({ length: CALLS }, async () => {
          const startedMs = performance.now();
          const authorization = bearer(target.goodToken());
          const metadata = new Metadata();
          // Attempts of one call share it.
          metadata.set('traceparent', traceparent());
          const { code } = await client.call('unary', { metadata, authorization, deadlineMs });
          return { code, ms: performance.now() - startedMs };
        }),
      );
      client.close();
      const seen = await seenOf(target, ends);
      const [most, fewest] = seen.attempts;
      return {
        good: '',
        median: '',
        p99: '',
        notes:
          `${ends.length} calls, the slowest ended after ${seen.slowestMs.toFixed(0)} ms; ` +
          `${fewest === most ? most : `${fewest} to ${most}`} attempts` +
          (most > 1 ? `, at least ${seen.gapMs.toFixed(1)} ms apart` : ''),
        goals: goals(seen),
      };
    },
  };
}

async function serve(world: LoadWorld, options: ServeOptions): Promise<Target> {
  await world.provider.ask('behave', {});
  return world.serve(options);
}

function traceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

async function seenOf(
  target: Target,
  ends: readonly { readonly code: number; readonly ms: number }[],
): Promise<Seen> {
  const { records } = await target.outcomes();
  const byCall = new Map<string, number[]>();
  const outcomes = new Set<string>();
  for (const { call, outcome, atMs } of records) {
    if (call === undefined) continue;
    outcomes.add(outcome);
    byCall.set(call, [...(byCall.get(call) ?? []), atMs]);
  }
  const attempts = [...byCall.values()];
  const counts = attempts.map(({ length }) => length);
  const gaps = attempts.flatMap((times) => times.slice(1).map((at, index) => at - times[index]!));
  return {
    allUnavailable:
      byCall.size === ends.length && ends.every(({ code }) => code === status.UNAVAILABLE),
    slowestMs: Math.max(...ends.map(({ ms }) => ms)),
    attempts: [Math.max(...counts), Math.min(...counts)],
    gapMs: Math.min(...gaps, Number.POSITIVE_INFINITY),
    outcomes: [...outcomes],
  };
}

function retriedAfter(delayMs: number): Outage['goals'] {
  return ({ allUnavailable, attempts, gapMs }) => [
    {
      text: 'UNAVAILABLE after all attempts',
      isMet: allUnavailable && attempts[1] === MAX_ATTEMPTS,
    },
    { text: `attempts at least ${delayMs} ms apart`, isMet: gapMs >= delayMs - TIMER_MS },
  ];
}

function notRetried({ allUnavailable, attempts, slowestMs }: Seen): readonly Goal[] {
  return [
    { text: 'a single attempt', isMet: attempts[0] === 1 },
    {
      text: `UNAVAILABLE within ${AT_ONCE_MS} ms`,
      isMet: allUnavailable && slowestMs < AT_ONCE_MS,
      isTimed: true,
    },
  ];
}

const HANG_DEADLINE_MS = 2000;

function recorded({ allUnavailable, slowestMs, outcomes }: Seen): readonly Goal[] {
  return [
    {
      text: 'UNAVAILABLE before the deadline',
      isMet: allUnavailable && slowestMs < HANG_DEADLINE_MS,
      isTimed: true,
    },
    {
      text: 'recorded as unavailable',
      isMet: outcomes.length === 1 && outcomes[0] === 'unavailable',
      // A server without a processor for a quarter of a second is late.
      isTimed: true,
    },
  ];
}

/** Findings 7 and 8. */
export const OUTAGES: readonly Scenario[] = [
  outage({
    name: 'a retry policy; the server asks for 400 ms',
    of: 'any authenticator',
    server: { adapter: 400 },
    deadlineMs: 30_000,
    goals: retriedAfter(400),
  }),
  outage({
    name: 'a retry policy; the server asks for 3 s, the deadline is 2 s',
    of: 'any authenticator',
    server: { adapter: 3000 },
    deadlineMs: 2000,
    goals: notRetried,
  }),
  outage({
    name: 'a retry policy; the provider answers 503 and asks for 30 s, the deadline is 2 s',
    of: 'introspection',
    provider: { mode: 'refuse', retryAfterSeconds: 30 },
    server: { adapter: 'introspection' },
    deadlineMs: 2000,
    goals: notRetried,
  }),
  outage({
    name: 'the provider hangs; the deadline is 2 s, `timeoutMs` 10 s',
    of: 'introspection',
    provider: { mode: 'hang' },
    server: { adapter: 'introspection', timeoutMs: 10_000, requestMs: 10_000 },
    deadlineMs: HANG_DEADLINE_MS,
    goals: recorded,
  }),
];
