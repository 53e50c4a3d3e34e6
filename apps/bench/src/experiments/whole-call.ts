import type { Setting } from '../contenders/contender.ts';
import { withProvider } from '../processes/with-provider.ts';
import { MeasuredServer } from '../server/measured-server.ts';
import { BARE } from '../server/modes.ts';
import type { Measurement } from '../statistics/measurement.ts';
import { Mint } from '../tokens/mint.ts';
import { createSigningMaterial } from '../tokens/signing-material.ts';
import { CalledInTurns, comparedCpu } from './called-in-turns.ts';
import type { Experiment, Report } from './experiment.ts';
import type { Scale } from './scale.ts';
import { type Scenario, wholeCallScenarios } from './whole-call-scenarios.ts';

/**
 * The whole call: CPU time of a server's process, relative to a bare server that gets the same tokens in
 * turns with it.
 */
export function wholeCall(kind: 'warm' | 'cold' | 'refused'): Experiment {
  return async (scale, report) => {
    const found: Measurement[] = [];
    for (const scenario of wholeCallScenarios(scale)) {
      if (!scenario.name.startsWith(kind)) continue;
      const received: Report = (progress) => report(`${scenario.name}, ${progress}`);
      found.push(...(await inScenario(scenario, scale, received)));
    }
    return found;
  };
}

function inScenario(
  scenario: Scenario,
  scale: Scale,
  report: Report,
): Promise<readonly Measurement[]> {
  const { algorithm, primed, cacheEntries, filling } = scenario;
  const material = createSigningMaterial(algorithm);
  const nowSeconds = Math.floor(Date.now() / 1000);
  report('tokens are made');
  const mint = new Mint(material, nowSeconds);
  const tokens = Array.from({ length: scenario.tokens }, (_, number) =>
    scenario.token(mint, number),
  );
  return withProvider([material], async (origin) => {
    const setting: Setting = { material, jwksUri: `${origin}/jwks`, cacheEntries };
    const bare = await MeasuredServer.start(BARE, setting);
    try {
      const beside = new CalledInTurns(bare, tokens, 'accepted');
      await beside.call(scale.wholeWarmUp);
      const found: Measurement[] = [];
      for (const mode of scenario.modes) {
        report(mode);
        const server = await MeasuredServer.start(mode, setting);
        try {
          if (primed) await server.prime({ setting, nowSeconds, tokens: tokens.length, filling });
          const own = new CalledInTurns(server, tokens, scenario.expected);
          // Primed tokens are known; any other token is sent once before it is timed.
          await own.call(primed ? scale.wholeWarmUp : Math.max(scale.wholeWarmUp, tokens.length));
          const samples = await own.sampleInTurnsWith(beside, scale);
          const what = { experiment: 'whole call', scenario: scenario.name, subject: mode };
          found.push(...comparedCpu(what, samples, 'bare'));
        } finally {
          server.stop();
        }
      }
      return found;
    } finally {
      bare.stop();
    }
  });
}
