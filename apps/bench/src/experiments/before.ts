import {
  OURS,
  OURS_BEFORE,
  OURS_CACHED,
  OURS_CACHED_BEFORE,
  OURS_OBSERVED,
} from '../contenders/names.ts';
import { BARE } from '../server/modes.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { pairedRatios } from '../statistics/summary.ts';
import { coldInProcess, type Samples, warmInProcess } from './before-in-process.ts';
import type { Experiment, Report } from './experiment.ts';
import { scenariosIn } from './scope.ts';
import { inScenario } from './whole-call-scenario.ts';
import { wholeCallScenarios } from './whole-call-scenarios.ts';

const WARM = [OURS_CACHED, OURS_OBSERVED, OURS_CACHED_BEFORE];
const COLD = [OURS, OURS_BEFORE];

/** Compares our packages with those at another commit, and with the same ones whose channels have subscribers. */
export const before: Experiment = async (scale, report, scope) => {
  const { before: file } = scope;
  if (file === undefined) throw new Error('expected --before with a commit');
  const found: Measurement[] = [];
  const add = (scenario: string, measure: string, samples: Samples, base: string): void => {
    for (const [subject, own] of samples) {
      const what = { experiment: 'before', scenario, subject };
      found.push(measurement(what, measure, 'µs', own));
      if (subject === base || subject === BARE) continue;
      found.push(measurement(what, 'times before', '×', pairedRatios(own, samples.get(base)!)));
    }
  };
  const tokens = [1, Math.min(1000, scale.inProcessCalls)];
  const parts = [
    ...tokens.map((count) => ({
      name: `in process, warm, ${count.toLocaleString('en')} token${count === 1 ? '' : 's'}`,
      run: async (name: string, received: Report) => {
        const samples = await warmInProcess(WARM, file, count, scale, received);
        add(name, 'over no interceptor', samples, OURS_CACHED_BEFORE);
      },
    })),
    {
      name: 'in process, cold, RS256',
      run: async (name: string, received: Report) => {
        add(name, 'one check', await coldInProcess(COLD, file, scale, received), OURS_BEFORE);
      },
    },
    ...wholeCallScenarios(scale, scope)
      .filter(({ name }) => /^warm, 1(?:,000)? |^cold, RS256$/.test(name))
      .map((scenario) => ({
        name: `whole call, ${scenario.name}`,
        run: async (name: string, received: Report) => {
          const [modes, base] = name.includes('warm')
            ? [WARM, OURS_CACHED_BEFORE]
            : [COLD, OURS_BEFORE];
          const asked = { ...scenario, modes: [BARE, ...modes] };
          add(name, 'server CPU', await inScenario(asked, scale, received, file), base);
        },
      })),
  ];
  for (const { name, run } of scenariosIn(parts, scope)) {
    await run(name, (progress) => report(`${name}, ${progress}`));
  }
  return found;
};
