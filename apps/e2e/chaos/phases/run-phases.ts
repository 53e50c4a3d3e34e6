import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { status } from '@grpc/grpc-js';
import { bearer } from '../../support/accounts.ts';
import { EchoClient } from '../../support/echo-client.ts';
import { startEchoServer } from '../../support/echo-server.ts';
import { OpenClient } from '../../support/open-call.ts';
import { AUDIENCE, token } from '../../support/tokens.ts';
import {
  type Caller,
  type Counts,
  keepCalling,
  keepCancelling,
  keepExpiring,
  wrongs,
} from './callers.ts';
import { PHASES } from './phases.ts';
import type { SectionResult } from '../document.ts';
import { chaosTable, newCounts, type PhaseRow, totalOf } from './table.ts';
import { startWorld } from './world.ts';

/** Time to recover from an outage: a breaker stays open for 5 s; keys are fetched again after 18 s plus a fifth. */
const RECOVERY_MS = 24_000;
/** A token of a removed key may still be cached, and is rejected from any moment on. */
const STALE_MS = 5000;
const CLIENTS_OF_A_CALLER = 2;

/** Shorter phases say too little to be committed. */
export const PHASE_MS = 8000;

/** Load on all call kinds while everything around it fails. */
export async function runPhases(phaseMs: number): Promise<SectionResult> {
  let unhandled = 0;
  process.on('unhandledRejection', (reason) => {
    unhandled += 1;
    wrongs.push(`an unhandled rejection: ${String(reason)}`);
  });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapMib = async (): Promise<number> => {
    for (let round = 0; round < 4; round += 1) {
      await wait(20);
      collect();
    }
    return process.memoryUsage().heapUsed / 1024 / 1024;
  };
  const handlesAtStart = process.getActiveResourcesInfo().length;

  const tokens = { signed: '', opaque: '', revoked: '', secret: '', expired: '', forged: '' };
  let rotatedAtMs = Number.NEGATIVE_INFINITY;
  const world = await startWorld(async () => {
    rotatedAtMs = Date.now();
    tokens.signed = await world.signer.sign({ aud: AUDIENCE });
  });
  const claims = { aud: AUDIENCE };
  const seconds = (): number => Math.floor(Date.now() / 1000);
  tokens.signed = await world.signer.sign(claims);
  tokens.expired = await world.signer.sign({ ...claims, exp: seconds() - 60 });
  tokens.forged = `${tokens.signed.slice(0, -10)}AAAAAAAAAA`;
  tokens.opaque = world.knower.opaque(claims);
  tokens.revoked = world.knower.opaque(claims);
  world.knower.revoke(tokens.revoked);
  tokens.secret = await token({ exp: seconds() + 86_400 });

  const { OK, UNAUTHENTICATED } = status;
  const isStale = (): boolean => Date.now() < rotatedAtMs + STALE_MS;
  const callers: readonly Caller[] = [
    {
      name: 'a JWT',
      authorization: () => bearer(tokens.signed),
      expected: OK,
      needsProvider: true,
      isStale,
    },
    {
      name: 'a shared secret',
      authorization: () => bearer(tokens.secret),
      expected: OK,
      needsProvider: false,
    },
    {
      name: 'an opaque token',
      authorization: () => bearer(tokens.opaque),
      expected: OK,
      needsProvider: true,
    },
    {
      name: 'a revoked token',
      authorization: () => bearer(tokens.revoked),
      expected: UNAUTHENTICATED,
      needsProvider: true,
    },
    {
      name: 'an expired token',
      authorization: () => bearer(tokens.expired),
      expected: UNAUTHENTICATED,
      needsProvider: false,
    },
    {
      name: 'a forged token',
      authorization: () => bearer(tokens.forged),
      expected: UNAUTHENTICATED,
      needsProvider: true,
    },
    {
      name: 'no token',
      authorization: () => undefined,
      expected: UNAUTHENTICATED,
      needsProvider: false,
    },
  ];

  const server = await startEchoServer({ interceptors: [world.auth.interceptor] });
  const clients = Array.from({ length: CLIENTS_OF_A_CALLER }, () => new EchoClient(server.address));
  const streams = new OpenClient(server.address);
  let counts = newCounts();
  let outUntilMs = 0;
  const mayBeOut = (): boolean => Date.now() < outUntilMs;
  const stop = new AbortController();
  const countsNow = (): Counts => counts;

  const work = [
    ...clients.flatMap((client) =>
      callers.map((caller) => keepCalling(client, caller, mayBeOut, countsNow, stop.signal)),
    ),
    keepCancelling(clients[0]!, () => bearer(tokens.opaque), countsNow, stop.signal),
    keepCancelling(clients[1]!, () => bearer(tokens.signed), countsNow, stop.signal),
    ...Array.from({ length: 4 }, () =>
      keepExpiring(
        streams,
        async () => bearer(await token({ exp: seconds() + 2 })),
        countsNow,
        stop.signal,
      ),
    ),
  ];

  await wait(2000);
  counts = newCounts();
  const heapBefore = await heapMib();
  const rows: PhaseRow[] = [];
  for (const [index, phase] of PHASES.entries()) {
    counts = newCounts();
    rows.push([phase.name, counts]);
    const endMs = Date.now() + phaseMs * (phase.times ?? 1);
    while (Date.now() < endMs) {
      if (phase.isOutage) outUntilMs = endMs + RECOVERY_MS;
      try {
        await phase.disturb(world);
      } catch (error) {
        counts.wrong += 1;
        wrongs.push(`${phase.name}: ${String(error)}`);
      }
      await wait(Math.min(1000, Math.max(0, endMs - Date.now())));
    }
    console.log(
      `${index + 1} of ${PHASES.length}: ${phase.name}, ${counts.calls} calls, ${counts.wrong} wrong`,
    );
  }
  const heapAfter = await heapMib();
  stop.abort();
  await Promise.all(work);
  for (const client of clients) client.close();
  streams.close();
  server.stop();
  await world.close();
  await wait(6000);
  const handles =
    process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length - handlesAtStart;

  const table = chaosTable(rows);
  const reports = [...world.reports].map(([type, count]) => `${type} ${count}`).join(', ');
  const summary =
    `Node.js ${process.version}, ${phaseMs / 1000} s a phase: ${unhandled} unhandled rejections; heap ` +
    `${heapBefore.toFixed(1)} MiB after two seconds of load, ${heapAfter.toFixed(1)} MiB at the end; ` +
    `${Math.max(0, handles)} open handles; reports: ${reports}`;
  for (const wrong of wrongs) console.log(`wrong: ${wrong}`);
  const passed = totalOf(rows).wrong === 0 && unhandled === 0 && handles <= 0;
  return { text: `${table}\n\n${summary}`, passed };
}
