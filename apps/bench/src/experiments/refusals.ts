import { VERIFYING } from '../contenders/all.ts';
import { proved } from '../contenders/contender.ts';
import { withProvider } from '../processes/with-provider.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import { Mint } from '../tokens/mint.ts';
import { createKeySet } from '../tokens/signing-material.ts';
import type { Experiment } from './experiment.ts';
import { scenariosIn, subjectsIn } from './scope.ts';
import { timedSubject } from './timed-subject.ts';

const TOKENS = 64;

/** The cost of a rejection: an attacker decides how many there are. */
export const refusals: Experiment = (scale, report, scope) => {
  const keys = createKeySet('RS256');
  return withProvider(keys, async (origin) => {
    const setting = { keys, jwksUri: `${origin}/jwks`, cacheEntries: 1 };
    const mint = new Mint(keys[0], Math.floor(Date.now() / 1000));
    const numbers = Array.from({ length: TOKENS }, (_, index) => index);
    const scenarios = [
      { name: 'expired', tokens: numbers.map((number) => mint.expired(number)) },
      { name: 'wrong signature', tokens: numbers.map((number) => mint.forged(number)) },
      { name: 'no token at all', tokens: numbers.map((number) => `made-up-${number}`) },
    ];
    const found: Measurement[] = [];
    for (const { name: scenario, tokens } of scenariosIn(scenarios, scope)) {
      const subjects: Sampled[] = [];
      for (const contender of subjectsIn(VERIFYING, scope)) {
        const verifier = await proved(contender, setting);
        const check = (index: number): unknown => verifier.check(tokens[index % TOKENS]!);
        subjects.push(await timedSubject(contender.name, check, scale, 'refused'));
      }
      const samples = await sampleInRounds(subjects, scale.rounds, (progress) =>
        report(`${scenario}, ${progress}`),
      );
      for (const [subject, times] of samples) {
        const what = { experiment: 'refusals', scenario, subject };
        found.push(measurement(what, 'time', 'µs', times));
      }
    }
    return found;
  });
};
