import { BARE } from '../server/modes.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import type { Experiment } from './experiment.ts';
import { type WarmInterceptor, withWarmInterceptors } from './warm-interceptors.ts';

/** Rounds before the first one that counts. */
const WARM_UP_ROUNDS = 5;
const CHECK = 'check alone: ';

/** A warm call (interceptor, check and hand-over) relative to no interceptor, and the check alone. */
export const inProcess: Experiment = async ({ inProcessCalls: calls, rounds }, report, scope) => {
  const found: Measurement[] = [];
  for (const tokens of [1, Math.min(1000, calls)]) {
    const scenario = `warm, ${tokens.toLocaleString('en')} token${tokens === 1 ? '' : 's'}`;
    const samples = await withWarmInterceptors(tokens, calls, scope, (interceptors) =>
      sampleInRounds(
        interceptors.flatMap((interceptor) => timed(interceptor, calls)),
        rounds + WARM_UP_ROUNDS,
        (progress) => report(`${scenario}, ${progress}`),
      ),
    );
    const bare = samples.get(BARE)!;
    for (const [name, times] of samples) {
      if (name === BARE) continue;
      const subject = name.replace(CHECK, '');
      const what = { experiment: 'in process', scenario, subject };
      const over = times.map((time, index) => time - bare[index]!);
      found.push(
        name === subject
          ? measurement(what, 'over no interceptor', 'µs', over.slice(WARM_UP_ROUNDS))
          : measurement(what, 'the check alone', 'µs', times.slice(WARM_UP_ROUNDS)),
      );
    }
  }
  return found;
};

function timed(interceptor: WarmInterceptor, calls: number): readonly Sampled[] {
  const sampled = (name: string, prepare: () => Promise<() => void>): Sampled => ({
    name,
    async sample() {
      const run = await prepare();
      const startMs = performance.now();
      run();
      return ((performance.now() - startMs) * 1000) / calls;
    },
  });
  const whole = sampled(interceptor.name, () => interceptor.calls());
  if (interceptor.verifier === undefined) return [whole];
  return [whole, sampled(CHECK + interceptor.name, () => interceptor.checks())];
}
