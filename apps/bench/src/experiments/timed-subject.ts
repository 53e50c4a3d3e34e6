import type { Sampled } from '../statistics/rounds.ts';
import { type Call, callsPerSlice, callsPerTurn, timeCalls } from '../statistics/time-calls.ts';
import type { Scale } from './scale.ts';

/** Maximum number of calls in a sample. */
const MOST_CALLS = 20_000;

/** A call that is timed slice by slice, in µs per call. An unexpected result fails the run. */
export async function timedSubject(
  name: string,
  call: Call,
  { sliceMs }: Scale,
  expected: 'accepted' | 'refused' = 'accepted',
): Promise<Sampled> {
  const count = await callsPerSlice(call, sliceMs, MOST_CALLS);
  const perTurn = callsPerTurn(count, sliceMs);
  return {
    name,
    async sample() {
      const { microseconds, refused } = await timeCalls(call, count, perTurn);
      if (refused !== (expected === 'refused' ? count : 0)) {
        throw new Error(`${name}: ${refused} of ${count} calls were rejected`);
      }
      return microseconds;
    },
  };
}
