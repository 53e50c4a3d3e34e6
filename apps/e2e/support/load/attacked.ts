import type { FloodCounts, FloodOptions } from './flood.ts';
import { type GoodCalls, type GoodCallOptions, makeGoodCalls } from './good-calls.ts';
import type { LoadWorld, Target } from './load-world.ts';
import type { Outcomes } from './server-process.ts';

/** What is the same in most floods has defaults. */
export type Attack = Pick<FloodOptions, 'addresses' | 'connections' | 'calls'> &
  Partial<FloodOptions> & {
    /** The good calls go on until the flood has sent `maxCalls`. Default: the flood goes on until they end. */
    readonly isCounted?: boolean;
  };

export interface Attacked {
  readonly good: GoodCalls;
  readonly flood: FloodCounts;
  /** Sockets for questions to the provider, while the flood lasted. */
  readonly sockets: { readonly most: number; readonly opened: number };
  readonly outcomes: Outcomes;
}

const MAX_CALLS = 1_000_000;
const MAX_SECONDS = 120;

/** Makes good calls while the attacker floods the server. */
export async function attack(
  { provider, server, attacker }: LoadWorld,
  target: Target,
  { isCounted = false, ...flood }: Attack,
  calls: Pick<GoodCallOptions, 'callers' | 'calls' | 'newConnections' | 'deadlineMs'>,
): Promise<Attacked> {
  await Promise.all([provider.ask('restart'), server.ask('restart')]);
  const { port, badTokens, goodToken } = target;
  await attacker.ask('start', {
    port,
    token: badTokens,
    maxCalls: MAX_CALLS,
    maxSeconds: MAX_SECONDS,
    ...flood,
  });
  const ended = new AbortController();
  const ending = isCounted
    ? attacker.ask('end').then(() => ended.abort())
    : Promise.resolve(ended.abort());
  const good = await makeGoodCalls({ port, token: goodToken, until: ended.signal, ...calls });
  await ending;
  const sent = await attacker.ask('stop');
  const { most, opened } = await provider.ask('counts');
  return { good, flood: sent, sockets: { most, opened }, outcomes: await target.outcomes() };
}
