import { setTimeout as wait } from 'node:timers/promises';
import { signWithSecret } from '../tokens.ts';
import { bearer, CALL_KINDS } from './cases.ts';
import { type LoadCounts, type RunningLoad, type RunningServer, startLoad } from './processes.ts';
import type { Stage } from './stage.ts';
import type { Row } from './table.ts';

/** The config file that the server watches. */
export const LIVE = 'live';
/** A change is noticed within a second; the limit only ends a demo that would hang. */
const MAX_RELOAD_MS = 60_000;
/** Calls of each kind before and after a change. */
const CALLS_OF_A_KIND = 5;

/** A change of the config, while clients call with tokens that are valid before and after it. */
interface Swap {
  readonly to: string;
  /** The authenticator after the change. */
  readonly by: string;
  /** The credentials of the clients from then on. */
  readonly next?: () => Promise<string>;
}

/** Changes the provider under load, and reports after each change how the calls ended. */
export async function* swapLive(stage: Stage, server: RunningServer): AsyncIterable<Row> {
  const { shop, loginSecret } = stage;
  const swaps: readonly Swap[] = [
    { to: 'combined', by: 'login', next: () => shop.token('jwt') },
    { to: 'oidc', by: 'oidc' },
    { to: 'combined', by: 'provider', next: () => shop.token('opaque') },
    { to: 'introspection', by: 'introspection' },
  ];
  const load = startLoad(server.address);
  try {
    let before = await load.use(bearer(await signWithSecret(loginSecret)));
    let from = 'hs256';
    for (const step of swaps) {
      const { to, by, next } = step;
      const name = `${from} -> ${to}`;
      const names = await swap(stage, server, load, step);
      if (next !== undefined) await load.use(bearer(await next()));
      const after = await load.counts();
      yield endsOf(name, before, after);
      yield rowOf(name, 'authenticated by', {
        expected: by,
        got: names.includes(by) ? by : 'nobody',
      });
      if (names.length === 0) return;
      [before, from] = [after, to];
    }
  } finally {
    await load.stop();
  }
}

/** The authenticator of the calls since the new config is active; undefined where it never was. */
async function swap(
  stage: Stage,
  server: RunningServer,
  load: RunningLoad,
  { to, by }: Swap,
): Promise<readonly string[]> {
  await moreCalls(load);
  const begin = server.log.length;
  await stage.replace(LIVE, to);
  const late = wait(MAX_RELOAD_MS, undefined, { ref: false });
  const reloaded = await Promise.race([server.line(/^(not )?reloaded/, begin), late]);
  if (reloaded?.[0] !== 'reloaded') return [];
  const since = server.log.length;
  await moreCalls(load);
  // The server's log arrives by another pipe than the counts of the load.
  await Promise.race([server.line(new RegExp(` by ${by}\\b`), since), late]);
  const names = server.log.slice(since).flatMap((line) => / by (\S+)/.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}

/** Waits until the load has made some more calls of each kind. */
async function moreCalls(load: RunningLoad): Promise<void> {
  const { made: before } = await load.counts();
  for (;;) {
    const { made } = await load.counts();
    const more = CALL_KINDS.map((kind) => (made[kind] ?? 0) - (before[kind] ?? 0));
    if (more.every((calls) => calls >= CALLS_OF_A_KIND)) return;
    await wait(20);
  }
}

function endsOf(name: string, before: LoadCounts, after: LoadCounts): Row {
  const made = CALL_KINDS.map((kind) => (after.made[kind] ?? 0) - (before.made[kind] ?? 0));
  const refused = after.refused - before.refused;
  const lost = after.lost - before.lost;
  const idle = made.some((calls) => calls === 0) ? ', a kind without calls' : '';
  return rowOf(name, 'all four', {
    expected: '0 refused, 0 lost',
    got: `${refused} refused, ${lost} lost${idle}`,
    reason: `of ${made.reduce((sum, calls) => sum + calls, 0)} calls`,
  });
}

function rowOf(
  name: string,
  kind: string,
  {
    expected,
    got,
    reason,
  }: { readonly expected: string; readonly got: string; readonly reason?: string },
): Row {
  return { name, kind, expected, got, reason };
}
