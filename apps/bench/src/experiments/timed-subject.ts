import type { Sampled } from '../statistics/rounds.ts';
import { type Call, callsPerSlice, callsPerTurn, timeCalls } from '../statistics/time-calls.ts';
import type { Scale } from './scale.ts';

/** No sample has more calls, however fast they are. */
const MOST_CALLS = 20_000;

/** A call that is timed slice by slice; µs a call. What ends otherwise than wanted fails the run. */
export async function timedSubject(
  name: string,
  call: Call,
  { sliceMs }: Scale,
  wanted: 'accepted' | 'refused' = 'accepted',
): Promise<Sampled> {
  const count = await callsPerSlice(call, sliceMs, MOST_CALLS);
  const perTurn = callsPerTurn(count, sliceMs);
  return {
    name,
    async sample() {
      const { microseconds, refused } = await timeCalls(call, count, perTurn);
      if (refused !== (wanted === 'refused' ? count : 0)) {
        throw new Error(`${name}: ${refused} of ${count} calls were refused`);
      }
      return microseconds;
    },
  };
}
