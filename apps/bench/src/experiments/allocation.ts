import { getHeapStatistics } from 'node:v8';
import { BARE } from '../server/modes.ts';
import { measurement } from '../statistics/measurement.ts';
import { sampleInRounds } from '../statistics/rounds.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Experiment } from './experiment.ts';
import { withWarmInterceptors } from './warm-interceptors.ts';

const TOKENS = 100;

/**
 * What a warm call leaves for the garbage collector. The young generation is so large that nothing is
 * collected within a sample.
 */
export const allocation: Experiment = async ({ inProcessCalls: calls, rounds }, report, scope) => {
  const samples = await withWarmInterceptors(TOKENS, calls, scope, (interceptors) => {
    const subjects = interceptors.map((interceptor) => ({
      name: interceptor.name,
      async sample() {
        const run = await interceptor.calls();
        collectGarbage();
        const before = getHeapStatistics().used_heap_size;
        run();
        return (getHeapStatistics().used_heap_size - before) / calls;
      },
    }));
    return sampleInRounds(subjects, rounds, report);
  });
  const bare = samples.get(BARE)!;
  return [...samples]
    .filter(([subject]) => subject !== BARE)
    .map(([subject, bytes]) => {
      const what = { experiment: 'allocation', scenario: 'warm', subject };
      const over = bytes.map((sample, index) => sample - bare[index]!);
      return measurement(what, 'heap over no interceptor', 'bytes', over);
    });
};
