import { BARE } from '../server/modes.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { pairedRatios } from '../statistics/summary.ts';
import type { Experiment } from './experiment.ts';
import { scenariosIn, subjectsIn } from './scope.ts';
import { inScenario } from './whole-call-scenario.ts';
import { wholeCallScenarios } from './whole-call-scenarios.ts';

/**
 * The whole call: CPU time of a server's process, relative to a bare server that gets the same tokens in
 * turns with it. All servers of a scenario are called side by side.
 */
export function wholeCall(kind: 'warm' | 'cold' | 'refused'): Experiment {
  return async (scale, report, scope) => {
    const found: Measurement[] = [];
    const scenarios = wholeCallScenarios(scale, scope).filter(({ name }) => name.startsWith(kind));
    for (const scenario of scenariosIn(scenarios, scope)) {
      const modes = subjectsIn(
        scenario.modes.map((name) => ({ name })),
        scope,
      ).map(({ name }) => name);
      const samples = await inScenario(
        { ...scenario, modes: [BARE, ...modes] },
        scale,
        (progress) => report(`${scenario.name}, ${progress}`),
      );
      const bare = samples.get(BARE)!;
      for (const [subject, own] of samples) {
        const what = { experiment: 'whole call', scenario: scenario.name, subject };
        if (subject !== BARE) {
          found.push(measurement(what, 'server CPU, times bare', '×', pairedRatios(own, bare)));
        }
        found.push(measurement(what, 'server CPU', 'µs', own));
      }
    }
    return found;
  };
}
