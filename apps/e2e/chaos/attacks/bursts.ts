import { type Adapter, ADAPTERS } from '../../support/load/adapters.ts';
import { burst } from '../../support/load/burst.ts';
import { quantile } from '../../support/load/good-calls.ts';
import type { Target } from '../../support/load/load-world.ts';
import { LATENCY_MS, type Scenario } from './scenario.ts';

const TOKENS = 3000;
const ROUNDS = 5;

/** Finding 3: good tokens, each on a connection of its own, all at once. */
function burstScenario(adapter: Adapter): Scenario {
  return {
    name: `${TOKENS} good new tokens at once, on as many connections`,
    of: adapter,
    async run(world) {
      await world.provider.ask('behave', { latencyMs: LATENCY_MS });
      const ours = await createBursts(await world.serve({ adapter, recorded: false }));
      const naive =
        adapter === 'jwks' ? await createBursts(await world.serve({ adapter: 'jose' })) : undefined;
      // In turns, so that both see the same machine. The first round is not counted: nothing is compiled yet.
      for (let round = 0; round <= ROUNDS; round += 1) {
        await ours.run(round > 0);
        await naive?.run(round > 0);
      }
      const served = ours.served();
      const ratio = naive === undefined ? Number.NaN : ours.medianMs() / naive.medianMs();
      return {
        good: `${served} of ${TOKENS * ROUNDS}`,
        median: '',
        p99: '',
        notes:
          `all are served after ${ours.medianMs().toFixed(0)} ms` +
          (naive === undefined
            ? ''
            : `, by naive jose after ${naive.medianMs().toFixed(0)} ms (${ratio.toFixed(2)} ×)`),
        goals: [
          { text: 'all served', isMet: served === TOKENS * ROUNDS },
          ...(naive === undefined
            ? []
            : [{ text: 'no slower than naive jose', isMet: ratio <= 1, isTimed: true }]),
        ],
      };
    },
  };
}

async function createBursts({ port, goodToken }: Target) {
  let served = 0;
  const timesMs: number[] = [];
  return {
    async run(isCounted: boolean): Promise<void> {
      const result = await burst(port, Array.from({ length: TOKENS }, goodToken));
      if (!isCounted) return;
      served += result.served;
      timesMs.push(result.durationMs);
    },
    served: () => served,
    medianMs: () =>
      quantile(
        timesMs.toSorted((a, b) => a - b),
        0.5,
      ),
  };
}

export const BURSTS: readonly Scenario[] = ADAPTERS.map(burstScenario);
