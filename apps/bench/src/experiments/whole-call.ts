import type { Setting } from '../contenders/contender.ts';
import { withProvider } from '../processes/with-provider.ts';
import { MeasuredServer } from '../server/measured-server.ts';
import { BARE, NO_TOKEN } from '../server/modes.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { shuffled } from '../statistics/rounds.ts';
import { pairedRatios } from '../statistics/summary.ts';
import { Mint } from '../tokens/mint.ts';
import { createSigningMaterial } from '../tokens/signing-material.ts';
import type { Experiment, Report } from './experiment.ts';
import type { Scale } from './scale.ts';
import { type Scenario, wholeCallScenarios } from './whole-call-scenarios.ts';

/** A prime: tokens that come round in turn come in no order that a cache could like. */
const STRIDE = 7919;
/** Fewer have no quartiles worth the name. */
const LEAST_ROUNDS = 5;

/**
 * The whole call: the CPU time of a server's process, over that of a bare server that was sent the same
 * tokens right before or after.
 */
export function wholeCall(kind: 'warm' | 'cold' | 'refused'): Experiment {
  return async (scale, report) => {
    const found: Measurement[] = [];
    for (const scenario of wholeCallScenarios(scale)) {
      if (!scenario.name.startsWith(kind)) continue;
      const told: Report = (progress) => report(`${scenario.name}, ${progress}`);
      found.push(...(await inScenario(scenario, scale, told)));
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
    const servers: MeasuredServer[] = [];
    try {
      for (const mode of [BARE, ...scenario.modes]) {
        report(`servers start: ${mode}`);
        const server = await MeasuredServer.start(mode, setting);
        servers.push(server);
        if (primed) await server.prime({ setting, nowSeconds, tokens: tokens.length, filling });
      }
      return await measure(scenario, scale, servers, tokens, report);
    } finally {
      for (const server of servers) server.stop();
    }
  });
}

async function measure(
  { name: scenario, wanted, primed }: Scenario,
  { wholeCalls: calls, wholeRounds, wholeWarmUp, wholeScenarioMs }: Scale,
  [bare, ...servers]: readonly MeasuredServer[],
  tokens: readonly string[],
  report: Report,
): Promise<readonly Measurement[]> {
  const slice = (server: MeasuredServer, first: number, count = calls): Promise<number> => {
    const token = (index: number) => tokens[((first + index) * STRIDE) % tokens.length];
    const sent = server.mode === NO_TOKEN ? () => undefined : token;
    return server.cpuOfCalls(count, sent, server === bare ? 'accepted' : wanted);
  };
  const warmUp = wholeWarmUp * calls;
  const shown = primed ? warmUp : Math.max(warmUp, tokens.length);
  for (const server of [bare!, ...servers]) await slice(server, 0, shown);
  const samples = servers.map(({ mode }) => ({
    mode,
    own: [] as number[],
    beside: [] as number[],
  }));
  const endMs = performance.now() + wholeScenarioMs;
  for (let round = 0; round < wholeRounds; round += 1) {
    if (round >= LEAST_ROUNDS && performance.now() > endMs) break;
    const first = warmUp + round * calls;
    for (const index of shuffled([...servers.keys()])) {
      const { own, beside } = samples[index]!;
      // Which of the two comes first is left to chance too.
      for (const server of shuffled([bare!, servers[index]!])) {
        (server === bare ? beside : own).push(await slice(server, first));
      }
    }
    report(`round ${round + 1} of ${wholeRounds}`);
  }
  return samples.flatMap(({ mode: subject, own, beside }) => {
    const what = { experiment: 'whole call', scenario, subject };
    return [
      measurement(what, 'server CPU, times bare', '×', pairedRatios(own, beside)),
      measurement(what, 'server CPU', 'µs', own),
      measurement(what, 'server CPU of bare beside it', 'µs', beside),
    ];
  });
}
