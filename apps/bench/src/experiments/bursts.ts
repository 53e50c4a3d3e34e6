import { setImmediate as nextTurn } from 'node:timers/promises';
import { VERIFYING } from '../contenders/all.ts';
import { ours, oursGuarded } from '../contenders/ours.ts';
import { proved, type Verifier } from '../contenders/contender.ts';
import { withProvider } from '../processes/with-provider.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { shuffled } from '../statistics/rounds.ts';
import { Mint } from '../tokens/mint.ts';
import { type Algorithm, createKeySet } from '../tokens/signing-material.ts';
import type { Experiment } from './experiment.ts';
import { subjectsIn } from './scope.ts';

const SUBJECTS = VERIFYING.map((contender) => (contender === ours ? oursGuarded : contender));
const BURST_ALGORITHMS: readonly Algorithm[] = ['RS256', 'ES256', 'EdDSA'];

/**
 * Many cold tokens in one turn of the event loop: the longest time in which nothing else ran, and the time
 * to the last answer.
 */
export const bursts: Experiment = async ({ burstTokens, burstRounds }, report, scope) => {
  const found: Measurement[] = [];
  for (const algorithm of BURST_ALGORITHMS) {
    const keys = createKeySet(algorithm);
    const tokens = new Mint(keys[0], Math.floor(Date.now() / 1000)).tokens(burstTokens);
    await withProvider(keys, async (origin) => {
      const setting = { keys, jwksUri: `${origin}/jwks`, cacheEntries: 1 };
      const subjects = [];
      for (const contender of subjectsIn(SUBJECTS, scope)) {
        if (!contender.algorithms.includes(algorithm)) continue;
        const verifier = await proved(contender, setting);
        // Once, so that the code is compiled.
        await burst(verifier, tokens);
        subjects.push({
          name: contender.name,
          verifier,
          gaps: [] as number[],
          last: [] as number[],
        });
      }
      for (let round = 0; round < burstRounds; round += 1) {
        for (const { verifier, gaps, last } of shuffled(subjects)) {
          const { longestGapMs, lastMs } = await burst(verifier, tokens);
          gaps.push(longestGapMs);
          last.push(lastMs);
        }
        report(`${algorithm}, round ${round + 1} of ${burstRounds}`);
      }
      const scenario = `${burstTokens} cold ${algorithm} tokens in a tick`;
      for (const { name, gaps, last } of subjects) {
        const what = { experiment: 'bursts', scenario, subject: name };
        found.push(measurement(what, 'longest gap', 'ms', gaps));
        found.push(measurement(what, 'to the last', 'ms', last));
      }
    });
  }
  return found;
};

async function burst(
  { check }: Verifier,
  tokens: readonly string[],
): Promise<{ readonly longestGapMs: number; readonly lastMs: number }> {
  await nextTurn();
  const startMs = performance.now();
  let turnMs = startMs;
  let longestGapMs = 0;
  let done = false;
  const watching = (async () => {
    let over: boolean;
    do {
      // Read before the turn, so that the turn in which the last one ends counts too.
      over = done;
      await nextTurn();
      const nowMs = performance.now();
      longestGapMs = Math.max(longestGapMs, nowMs - turnMs);
      turnMs = nowMs;
    } while (!over);
  })();
  const verdicts = await Promise.all(tokens.map((token) => check(token)));
  const lastMs = performance.now() - startMs;
  done = true;
  await watching;
  if (verdicts.some((verdict) => verdict instanceof Error)) throw new Error('a burst was rejected');
  return { longestGapMs, lastMs };
}
