import { type Framework, FRAMEWORKS } from '../bindings/frameworks.ts';
import type { Setting } from '../contenders/contender.ts';
import { MeasuredServer } from '../server/measured-server.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { Mint } from '../tokens/mint.ts';
import { createKeySet } from '../tokens/signing-material.ts';
import { CalledInTurns, comparedCpu, cpuInTurns } from './called-in-turns.ts';
import type { Experiment } from './experiment.ts';
import type { Scale } from './scale.ts';

/**
 * The whole warm call on each framework: CPU time of a server with its binding, relative to the framework alone, which
 * gets the same tokens in turns with it.
 */
export const bindings: Experiment = async (scale, report) => {
  const keys = createKeySet('RS256');
  const mint = new Mint(keys[0], Math.floor(Date.now() / 1000));
  const tokens = mint.tokens(scale.bindingTokens);
  // No provider: the servers get their keys with the setting.
  const jwksUri = 'http://127.0.0.1/jwks';
  const setting: Setting = { keys, jwksUri, cacheEntries: 4 * tokens.length };
  const [major = 0] = process.versions.node.split('.').map(Number);
  const found: Measurement[] = [];
  for (const framework of FRAMEWORKS) {
    if (major < framework.since) continue;
    report(framework.name);
    found.push(...(await compare(framework, setting, tokens, scale)));
  }
  return found;
};

async function compare(
  framework: Framework,
  setting: Setting,
  tokens: readonly string[],
  scale: Scale,
): Promise<readonly Measurement[]> {
  const servers: MeasuredServer[] = [];
  const start = async (guarded: boolean): Promise<CalledInTurns> => {
    const server = await MeasuredServer.startFramework(framework, setting, guarded);
    servers.push(server);
    if (guarded) await server.call(1, () => 'forged', 'refused');
    const called = new CalledInTurns(server, tokens, 'accepted');
    return called;
  };
  try {
    const [own = [], beside = []] = await cpuInTurns([await start(true), await start(false)], {
      ...scale,
      // Each token is sent before it is timed.
      wholeWarmUp: Math.max(scale.wholeWarmUp, tokens.length),
    });
    const samples = { own, beside };
    const what = {
      experiment: 'bindings',
      scenario: `warm, ${tokens.length.toLocaleString('en')} tokens`,
      subject: framework.name,
    };
    const added = samples.own.map((cpu, round) => cpu - samples.beside[round]!);
    return [
      ...comparedCpu(what, samples, 'the bare framework'),
      measurement(what, 'server CPU that the binding adds', 'µs', added),
    ];
  } finally {
    for (const server of servers) server.stop();
  }
}
