import { VERIFYING } from '../contenders/all.ts';
import { type Contender, proved, type Setting } from '../contenders/contender.ts';
import { oursJws } from '../contenders/ours.ts';
import { RAW, rawFloor } from '../contenders/raw-floor.ts';
import { withProvider } from '../processes/with-provider.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import { pairedRatios } from '../statistics/summary.ts';
import { Mint } from '../tokens/mint.ts';
import { type Algorithm, ALGORITHMS, createSigningMaterial } from '../tokens/signing-material.ts';
import type { Experiment, Report } from './experiment.ts';
import type { Scale } from './scale.ts';
import { timedSubject } from './timed-subject.ts';

/** Enough that branch prediction cannot learn one token. */
const TOKENS = 64;

/** One check of one token, relative to the signature alone. */
export const verification: Experiment = async (scale, report) => {
  const found: Measurement[] = [];
  for (const algorithm of ALGORITHMS) {
    const received: Report = (progress) => report(`${algorithm}, ${progress}`);
    found.push(...(await ofAlgorithm(algorithm, scale, received)));
  }
  return found;
};

function ofAlgorithm(
  algorithm: Algorithm,
  scale: Scale,
  report: Report,
): Promise<readonly Measurement[]> {
  const material = createSigningMaterial(algorithm);
  return withProvider([material], async (origin) => {
    const setting: Setting = { material, jwksUri: `${origin}/jwks`, cacheEntries: 1 };
    const mint = new Mint(material, Math.floor(Date.now() / 1000));
    const tokens = mint.tokens(TOKENS);
    const contenders = [...VERIFYING, oursJws].filter((contender) =>
      contender.algorithms.includes(algorithm),
    );
    const subjects = [await timedSubject(RAW, rawFloor(material, tokens), scale)];
    for (const contender of contenders) {
      subjects.push(await checked(contender, setting, mint, tokens, scale));
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
  mint: Mint,
  tokens: readonly string[],
  scale: Scale,
): Promise<Sampled> {
  const wrong = mint.forged(TOKENS);
  // Without claims there is no check of a token's age.
  const bad = contender === oursJws ? [wrong] : [wrong, mint.expired(0)];
  const verifier = await proved(contender, setting, { good: tokens[0]!, bad });
  return timedSubject(contender.name, (index) => verifier.check(tokens[index % TOKENS]!), scale);
}
