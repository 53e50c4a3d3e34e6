import { randomBytes } from 'node:crypto';
import {
  BARE_UNDICI,
  type Introspecting,
  introspectingContenders,
} from '../contenders/introspecting.ts';
import { withProvider } from '../processes/with-provider.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import { pairedRatios } from '../statistics/summary.ts';
import { timeConcurrentCalls } from '../statistics/time-calls.ts';
import type { Experiment } from './experiment.ts';
import { timedSubject } from './timed-subject.ts';

const IN_FLIGHT = 32;

/**
 * The cost of asking the provider, which runs in another process: first with new tokens, then with known
 * ones.
 */
export const introspection: Experiment = (scale, report) => {
  return withProvider([], async (origin) => {
    const contenders = introspectingContenders(origin);
    const found: Measurement[] = [];
    for (const inFlight of [1, IN_FLIGHT]) {
      const scenario = inFlight === 1 ? 'cold, one at a time' : `cold, ${inFlight} in flight`;
      const subjects = contenders.map((one) => asking(one, scale.introspections, inFlight));
      for (const subject of subjects) await subject.sample();
      const samples = await sampleInRounds(subjects, scale.rounds, (progress) =>
        report(`${scenario}, ${progress}`),
      );
      const bare = samples.get(BARE_UNDICI)!;
      for (const [subject, times] of samples) {
        const what = { experiment: 'introspection', scenario, subject };
        found.push(measurement(what, 'time', 'µs', times));
        found.push(measurement(what, 'times bare undici', '×', pairedRatios(times, bare)));
      }
    }
    const { name, verifier } = contenders.find(({ name: one }) => one.endsWith('cached'))!;
    const token = opaqueToken();
    await verifier.check(token);
    const hit = await timedSubject(name, () => verifier.check(token), scale);
    const hits = await sampleInRounds([hit], scale.rounds, (progress) =>
      report(`a hit, ${progress}`),
    );
    const what = { experiment: 'introspection', scenario: 'known already', subject: name };
    found.push(measurement(what, 'time', 'µs', hits.get(name)!));
    for (const contender of contenders) await contender.close();
    return found;
  });
};

function asking({ name, verifier }: Introspecting, calls: number, inFlight: number): Sampled {
  return {
    name,
    async sample() {
      const tokens = Array.from({ length: calls }, opaqueToken);
      const check = (index: number): unknown => verifier.check(tokens[index]!);
      const { microseconds, refused } = await timeConcurrentCalls(check, calls, inFlight);
      if (refused > 0) throw new Error(`${name}: ${refused} of ${calls} introspections failed`);
      return microseconds;
    },
  };
}

function opaqueToken(): string {
  return `opaque-${randomBytes(24).toString('base64url')}`;
}
