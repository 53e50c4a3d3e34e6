import { VERIFYING } from '../contenders/all.ts';
import { type Contender, prove, type Setting } from '../contenders/contender.ts';
import { oursJws } from '../contenders/ours.ts';
import { RAW, rawFloor } from '../contenders/raw-floor.ts';
import { withProvider } from '../processes/with-provider.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import { pairedRatios } from '../statistics/summary.ts';
import { Mint } from '../tokens/mint.ts';
import { type Algorithm, ALGORITHMS, createKeySet } from '../tokens/signing-material.ts';
import type { Experiment, Report } from './experiment.ts';
import type { Scale } from './scale.ts';
import { type Scope, scenariosIn, subjectsIn } from './scope.ts';
import { timedSubject } from './timed-subject.ts';

/** Enough that branch prediction cannot learn one token. */
const TOKENS = 64;

/** One check of one token, relative to the signature alone. */
export const verification: Experiment = async (scale, report, scope) => {
  const found: Measurement[] = [];
  const algorithms = scenariosIn(
    ALGORITHMS.map((name) => ({ name })),
    scope,
  );
  for (const { name } of algorithms) {
    const received: Report = (progress) => report(`${name}, ${progress}`);
    found.push(...(await ofAlgorithm(name, scale, received, scope)));
  }
  return found;
};

function ofAlgorithm(
  algorithm: Algorithm,
  scale: Scale,
  report: Report,
  scope: Scope,
): Promise<readonly Measurement[]> {
  const keys = createKeySet(algorithm);
  return withProvider(keys, async (origin) => {
    const setting: Setting = { keys, jwksUri: `${origin}/jwks`, cacheEntries: 1 };
    const tokens = new Mint(keys[0], Math.floor(Date.now() / 1000)).tokens(TOKENS);
    const able = [...VERIFYING, oursJws].filter(({ algorithms }) => algorithms.includes(algorithm));
    const contenders = subjectsIn(able, scope);
    const subjects = [await timedSubject(RAW, rawFloor(keys[0], tokens), scale)];
    for (const contender of contenders) {
      subjects.push(await checked(contender, setting, tokens, scale));
    }
    const samples = await sampleInRounds(subjects, scale.rounds, report);
    const raw = samples.get(RAW)!;
    return [...samples].flatMap(([subject, times]) => {
      const what = { experiment: 'verification', scenario: algorithm, subject };
      return [
        measurement(what, 'time', 'µs', times),
        measurement(what, 'times the signature alone', '×', pairedRatios(times, raw)),
      ];
    });
  });
}

async function checked(
  contender: Contender,
  setting: Setting,
  tokens: readonly string[],
  scale: Scale,
): Promise<Sampled> {
  const verifier = await contender.create(setting);
  await prove(contender.name, verifier, setting, { claims: contender !== oursJws });
  return timedSubject(contender.name, (index) => verifier.check(tokens[index % TOKENS]!), scale);
}
