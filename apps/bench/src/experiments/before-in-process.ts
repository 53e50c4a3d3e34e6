import type { Setting } from '../contenders/contender.ts';
import { startChild } from '../processes/child.ts';
import type { InterceptorOrder } from '../processes/interceptor.ts';
import { modeOf } from '../server/modes.ts';
import { sampleInRounds } from '../statistics/rounds.ts';
import { Mint } from '../tokens/mint.ts';
import { createKeySet } from '../tokens/signing-material.ts';
import type { Report } from './experiment.ts';
import type { Scale } from './scale.ts';
import { timedSubject } from './timed-subject.ts';

/** Warm-up rounds, which are not counted. */
const WARM_UP_ROUNDS = 5;
const COLD_TOKENS = 64;

export type Samples = ReadonlyMap<string, readonly number[]>;

/** What an interceptor adds to a warm call, in µs. Each mode has a process of its own. */
export async function warmInProcess(
  modes: readonly string[],
  file: string,
  count: number,
  { inProcessCalls: calls, rounds }: Scale,
  report: Report,
): Promise<Samples> {
  const setting = settingOf(file, 40_000);
  const tokens = new Mint(setting.keys[0], Math.floor(Date.now() / 1000)).tokens(count);
  const children = modes.map((mode) => ({ mode, child: startChild('interceptor') }));
  try {
    const subjects = [];
    for (const { mode, child } of children) {
      await child.ask('start', { mode, setting, tokens, calls } satisfies InterceptorOrder);
      const sample = async (): Promise<number> => (await child.ask('sample')) as number;
      subjects.push({ name: mode, sample });
    }
    const samples = await sampleInRounds(subjects, rounds + WARM_UP_ROUNDS, report);
    return new Map([...samples].map(([name, all]) => [name, all.slice(WARM_UP_ROUNDS)]));
  } finally {
    for (const { child } of children) child.stop();
  }
}

/** One check of a new token, in µs. */
export async function coldInProcess(
  modes: readonly string[],
  file: string,
  scale: Scale,
  report: Report,
): Promise<Samples> {
  const setting = settingOf(file, 1);
  const tokens = new Mint(setting.keys[0], Math.floor(Date.now() / 1000)).tokens(COLD_TOKENS);
  const subjects = [];
  for (const mode of modes) {
    const { check } = (await modeOf(mode, setting)).verifier!;
    const call = (index: number): unknown => check(tokens[index % COLD_TOKENS]!);
    subjects.push(await timedSubject(mode, call, scale));
  }
  return sampleInRounds(subjects, scale.rounds, report);
}

function settingOf(file: string, cacheEntries: number): Setting {
  // No provider: the keys are in the setting.
  const jwksUri = 'http://127.0.0.1/jwks';
  return { keys: createKeySet('RS256'), jwksUri, cacheEntries, before: file };
}
