// Servers under load. Each has a port, an authenticator and counters of its own.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Authenticator, createAuthInterceptor, type Decision } from '@grpc-authn/core';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { type EchoServer, startEchoServer } from '../echo-server.ts';
import {
  type Adapter,
  type AdapterSettings,
  createAdapter,
  createOutage,
  type Trust,
} from './adapters.ts';
import { answerParent } from './child.ts';
import { createNaiveInterceptor } from './naive-jose.ts';

export interface ServeOptions extends AdapterSettings {
  /** 'jose': an interceptor around jose.jwtVerify. A number: an outage that asks callers to wait for so many ms. */
  readonly adapter: Adapter | 'jose' | number;
  /** Default true. False for a comparison with a server that records nothing. */
  readonly recorded?: boolean;
  /** A decision. Default: the interceptor's. */
  readonly timeoutMs?: number;
}

/** What one server did. */
export interface Outcomes {
  readonly handlers: number;
  /** Decisions by outcome; refusals by `code`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first of them. */
  readonly records: readonly DecisionRecord[];
  /** The longest time for which the process did nothing else, in ms. */
  readonly longestGapMs: number;
}

export interface DecisionRecord {
  readonly outcome: string;
  /** The call's `traceparent`, which its attempts share. */
  readonly call: string | undefined;
  /** On the server's monotonic clock. */
  readonly atMs: number;
}

interface Running {
  readonly server: EchoServer;
  readonly counts: Record<string, number>;
  readonly records: DecisionRecord[];
}

const MAX_RECORDS = 2000;
const running = new Map<number, Running>();
const gaps = monitorEventLoopDelay({ resolution: 5 });
gaps.enable();

async function createInterceptor(
  trust: Trust,
  { adapter, timeoutMs, recorded = true, ...settings }: ServeOptions,
  onDecision: (decision: Decision) => void,
): Promise<ServerInterceptor> {
  if (adapter === 'jose') return createNaiveInterceptor(trust);
  let authenticator: Authenticator<object>;
  if (typeof adapter === 'number') authenticator = createOutage(adapter);
  else {
    const managed = createAdapter(adapter, trust, settings);
    await managed.ready();
    authenticator = managed;
  }
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const records = recorded ? { onDecision } : {};
  return createAuthInterceptor({ authenticator, ...records, ...limit });
}

const answers = {
  async serve({ trust, options }: { readonly trust: Trust; readonly options: ServeOptions }) {
    const counts: Running['counts'] = {};
    const records: Running['records'] = [];
    const onDecision = ({ outcome: decided, error, traceparent }: Decision): void => {
      const outcome = decided === 'refused' ? (error?.code ?? decided) : decided;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (records.length < MAX_RECORDS)
        records.push({ outcome, call: traceparent, atMs: performance.now() });
    };
    const interceptor = await createInterceptor(trust, options, onDecision);
    const server = await startEchoServer({ interceptors: [interceptor] });
    running.set(server.port, { server, counts, records });
    return server.port;
  },
  outcomes(port: number): Outcomes {
    const { server, counts, records } = running.get(port)!;
    return { handlers: server.seen.handlers, counts, records, longestGapMs: gaps.max / 1e6 };
  },
  /** Measures the event loop again from now on. */
  restart: () => gaps.reset(),
};
export type ServerAnswers = typeof answers;
answerParent(answers);
