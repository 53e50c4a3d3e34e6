import { type Adapter, ADAPTERS } from '../../support/load/adapters.ts';
import { type Attack, attack, type Attacked } from '../../support/load/attacked.ts';
import { type GoodCalls, makeGoodCalls } from '../../support/load/good-calls.ts';
import { otherAddresses } from '../../support/load/loopback.ts';
import {
  allServed,
  atMost,
  type Goal,
  GOOD_CALLS,
  LATENCY_MS,
  type Scenario,
  timesOf,
} from './scenario.ts';

interface Flood {
  readonly name: string;
  readonly adapter: Adapter;
  readonly flood: Attack;
  /** Each good call is made by a new caller. */
  readonly newConnections?: boolean;
  /** Besides that all are served. */
  readonly goals?: (ratios: ReturnType<typeof timesOf>, attacked: Attacked) => readonly Goal[];
}

const CALLERS = 4;
const WARM_UP = 100;
const QUIET = 400;
const DEADLINE_MS = 30_000;
const SAME = ['127.0.0.1'];
const MAX_CONCURRENT = 64;
const MAX_OPENED = 100;

/** Good calls before and during a flood. */
function floodScenario({ name, adapter, flood, newConnections = false, goals }: Flood): Scenario {
  return {
    name,
    of: adapter,
    async run(world) {
      await world.provider.ask('behave', { latencyMs: LATENCY_MS });
      const target = await world.serve({ adapter, maxConcurrent: MAX_CONCURRENT });
      const { port, goodToken: token } = target;
      const common = { callers: CALLERS, newConnections, deadlineMs: DEADLINE_MS };
      const before = (calls: number): Promise<GoodCalls> =>
        makeGoodCalls({ port, token, calls, ...common });
      await before(WARM_UP);
      const quiet = await before(QUIET);
      const attacked = await attack(world, target, flood, { calls: GOOD_CALLS, ...common });
      const times = timesOf(quiet, attacked.good);
      return {
        ...times,
        notes: notesOf(adapter, attacked),
        goals: [allServed(attacked.good), ...(goals?.(times, attacked) ?? [])],
      };
    },
  };
}

function notesOf(adapter: Adapter, { flood, sockets, outcomes }: Attacked): string {
  const notes = [
    `${flood.sent} bad calls on ${flood.connections} connections`,
    `longest turn of the event loop ${outcomes.longestGapMs.toFixed(0)} ms`,
  ];
  if (adapter === 'introspection') {
    notes.push(`${sockets.most} sockets at a time, ${sockets.opened} opened`);
  }
  return notes.join('; ');
}

/** Finding 1. */
const aborted: readonly Scenario[] = [
  ...ADAPTERS.map((adapter) =>
    floodScenario({
      name: '50,000 calls sent and reset, on one connection after the other',
      adapter,
      flood: {
        addresses: otherAddresses(1),
        connections: 1,
        calls: 100,
        resetAfterMs: 10,
        callsPerConnection: 1000,
        maxCalls: 50_000,
        isCounted: true,
      },
      ...(adapter === 'introspection' ? { goals: abortGoals } : {}),
    }),
  ),
  floodScenario({
    name: '50,000 calls with a deadline of 40 ms, on one connection',
    adapter: 'introspection',
    flood: {
      addresses: otherAddresses(1),
      connections: 1,
      calls: 400,
      timeoutMs: 40,
      maxCalls: 50_000,
      isCounted: true,
    },
    goals: abortGoals,
  }),
];

function abortGoals(
  { medianRatio, p99Ratio }: ReturnType<typeof timesOf>,
  { sockets: { most, opened } }: Attacked,
): readonly Goal[] {
  return [
    { text: `at most ${MAX_CONCURRENT} sockets at a time`, isMet: most <= MAX_CONCURRENT },
    { text: `at most ${MAX_OPENED} opened`, isMet: opened <= MAX_OPENED },
    atMost('median', medianRatio, 3),
    atMost('p99', p99Ratio, 20),
  ];
}

/** Finding 2. */
function junk(adapter: Adapter, connections: number, addresses: readonly string[]): Scenario {
  const from = addresses === SAME ? 'the address of the good callers' : 'other addresses';
  return floodScenario({
    name: `${connections} connections with 100 bad tokens at a time, from ${from}`,
    adapter,
    flood: { addresses, connections, calls: 100 },
    ...(adapter === 'introspection'
      ? { goals: ({ medianRatio }) => [atMost('median', medianRatio, 5)] }
      : {}),
  });
}

/** Finding 4. */
function connected(adapter: Adapter, connections: number, addresses: readonly string[]): Scenario {
  const from =
    addresses === SAME ? 'the address of the good callers' : `${addresses.length} addresses`;
  return floodScenario({
    name: `${connections} connections from ${from} with a bad token each; good callers are new`,
    adapter,
    flood: { addresses, connections, calls: 1 },
    newConnections: true,
  });
}

/** What most connections of an attack need, in the attacker and in the server. */
export const MAX_CONNECTIONS = 5000;

export const FLOODS: readonly Scenario[] = [
  ...aborted,
  ...ADAPTERS.flatMap((adapter) => [
    ...(adapter === 'introspection' ? [2, 12, 50] : [12]).map((connections) =>
      junk(adapter, connections, otherAddresses(connections)),
    ),
    junk(adapter, 12, SAME),
  ]),
  ...ADAPTERS.flatMap((adapter) => [
    connected(adapter, 1200, otherAddresses(5)),
    connected(adapter, MAX_CONNECTIONS, otherAddresses(5)),
    connected(adapter, 1200, SAME),
  ]),
];
