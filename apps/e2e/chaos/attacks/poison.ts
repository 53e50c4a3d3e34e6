import { attack } from '../../support/load/attacked.ts';
import { makeGoodCalls } from '../../support/load/good-calls.ts';
import { otherAddresses } from '../../support/load/loopback.ts';
import { GOOD_CALLS, LATENCY_MS, type Scenario, timesOf } from './scenario.ts';

const SHARE = 0.95;
const WARM_UP = 100;
const MAX_SECONDS = 60;

/** Finding 5: tokens for which the provider answers 500. Five in a row opened the circuit breaker for all. */
function poison(
  tokens: number,
  addresses: readonly string[],
  from: string,
  hasGoal: boolean,
): Scenario {
  return {
    name: `${tokens} tokens that make the provider answer 500, and ${tokens} more during the good calls, from ${from}`,
    of: 'introspection',
    async run(world) {
      await world.provider.ask('behave', { latencyMs: LATENCY_MS });
      const target = await world.serve({ adapter: 'introspection' });
      const { port, goodToken: token } = target;
      const before = (calls: number) => makeGoodCalls({ port, token, calls, callers: 4 });
      await before(WARM_UP);
      const quiet = await before(GOOD_CALLS);
      const flood = {
        addresses,
        connections: addresses.length,
        calls: 1,
        maxCalls: tokens,
        token: { opaque: 'poison' as const },
        isCounted: true,
      };
      // Once without good answers between them, and once more during the good calls.
      const alone = { port, maxSeconds: MAX_SECONDS, ...flood };
      await world.attacker.ask('start', alone);
      await world.attacker.ask('end');
      const { good, outcomes } = await attack(world, target, flood, {
        calls: GOOD_CALLS,
        callers: 4,
      });
      const isMet = good.made >= GOOD_CALLS && good.served >= SHARE * good.made;
      return {
        ...timesOf(quiet, good),
        notes: `${outcomes.counts['unavailable'] ?? 0} calls were unavailable, those of the attacker included`,
        goals: hasGoal ? [{ text: `at least ${SHARE * 100} % served`, isMet }] : [],
      };
    },
  };
}

export const POISON: readonly Scenario[] = [
  ...[5, 50, 200].map((tokens) => poison(tokens, otherAddresses(1), 'another address', true)),
  poison(50, ['127.0.0.1'], 'the address of the good callers', false),
  poison(50, otherAddresses(5), 'five addresses', false),
];
