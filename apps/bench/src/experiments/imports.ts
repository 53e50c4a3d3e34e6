import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import type { Experiment } from './experiment.ts';

/** Every import is divided by this one. */
const BASE = 'jose';
const PEERS = ['aws-jwt-verify', 'express-oauth2-jwt-bearer', 'fast-jwt', 'jsonwebtoken'];
const OURS = [
  '@grpc-authn/core/authenticator',
  '@grpc-authn/core',
  '@grpc-authn/hs256',
  '@grpc-authn/jwks',
  '@grpc-authn/oidc',
  '@grpc-authn/introspection',
];

/** Specifiers are resolved from here, as a dependency of this package. */
const cwd = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Loading a package for the first time, each time in a fresh process of the same Node.js. */
export const imports: Experiment = async ({ importRounds }, report) => {
  const subjects = [BASE, ...PEERS, ...OURS].map((name): Sampled => ({
    name,
    sample: () => importMs(name),
  }));
  const samples = await sampleInRounds(subjects, importRounds, report);
  const base = Math.min(...samples.get(BASE)!);
  return [...samples].flatMap(([subject, times]): readonly Measurement[] => {
    const what = { experiment: 'imports', scenario: 'fresh process', subject };
    // The best of the rounds: slower ones waited for the disk or for another process.
    const best = Math.min(...times);
    return [
      measurement(what, 'time', 'ms', times),
      measurement(what, 'best time', 'ms', [best]),
      measurement(what, 'best, times jose', '×', [best / base]),
    ];
  });
};

async function importMs(specifier: string): Promise<number> {
  const code = `const start = performance.now();
await import(${JSON.stringify(specifier)});
process.stdout.write(String(performance.now() - start));
process.exit();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd });
  return Number(stdout);
}
