import { VERIFYING } from '../contenders/all.ts';
import { proved } from '../contenders/contender.ts';
import { withProvider } from '../processes/with-provider.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import { Mint } from '../tokens/mint.ts';
import { createSigningMaterial } from '../tokens/signing-material.ts';
import type { Experiment } from './experiment.ts';
import { timedSubject } from './timed-subject.ts';

const TOKENS = 64;

/** The cost of a rejection: an attacker decides how many there are. */
export const refusals: Experiment = (scale, report) => {
  const material = createSigningMaterial('RS256');
  return withProvider([material], async (origin) => {
    const setting = { material, jwksUri: `${origin}/jwks`, cacheEntries: 1 };
    const mint = new Mint(material, Math.floor(Date.now() / 1000));
    const numbers = Array.from({ length: TOKENS }, (_, index) => index);
    const scenarios = {
      expired: numbers.map((number) => mint.expired(number)),
      'wrong signature': numbers.map((number) => mint.forged(number)),
      'no token at all': numbers.map((number) => `made-up-${number}`),
    };
    const found: Measurement[] = [];
    for (const [scenario, tokens] of Object.entries(scenarios)) {
      const subjects: Sampled[] = [];
      for (const contender of VERIFYING) {
        const verifier = await proved(contender, setting, {
          good: mint.token(0),
          bad: [tokens[0]!],
        });
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
