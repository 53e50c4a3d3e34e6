// The differential test of `test/differential.test.ts` for as long as one likes:
// `pnpm fuzz [--runs 20000] [--seconds 120] [--seed 1]`. What fails is printed with its seed.
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { compare, subjectOf } from '../support/differential.ts';
import { ALGORITHMS } from '../support/engines.ts';
import { tokensNear } from '../support/mutated-tokens.ts';
import { createSigningKey } from '../support/signing-key.ts';

const RUNS_A_ROUND = 200;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const [mostRuns, mostSeconds, firstSeed] = [values.runs, values.seconds, values.seed].map(Number);

const startedMs = Date.now();
const seen = new Map<string, number>();
let runs = 0;
let failed = false;

for (
  let round = 0;
  !failed && runs < (mostRuns ?? 0) && seconds() < (mostSeconds ?? 0);
  round += 1
) {
  const alg = ALGORITHMS[round % ALGORITHMS.length] ?? 'RS256';
  const subject = subjectOf(createSigningKey(alg));
  const seed = (firstSeed ?? 0) + round;
  const property = fc.asyncProperty(tokensNear(subject.key), async (token) => {
    const agreement = await compare(token, subject);
    seen.set(agreement, (seen.get(agreement) ?? 0) + 1);
  });
  const details = await fc.check(property, { seed, numRuns: RUNS_A_ROUND });
  runs += details.numRuns;
  if (details.failed) {
    failed = true;
    print(
      `\n${alg}: ${fc.defaultReportMessage(details)}\nkey: ${JSON.stringify(subject.key.jwk)}\n`,
    );
  } else {
    print(`\r${runs} tokens, ${seconds().toFixed(0)} s, seed ${seed}, ${alg}   `);
  }
}

print('\n');
for (const [agreement, count] of [...seen].toSorted(([, a], [, b]) => b - a)) {
  print(`${String(count).padStart(8)} ${agreement}\n`);
}
process.exitCode = failed ? 1 : 0;

function seconds(): number {
  return (Date.now() - startedMs) / 1000;
}

function print(text: string): void {
  process.stdout.write(text);
}
