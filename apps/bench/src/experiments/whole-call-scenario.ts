import type { Setting } from '../contenders/contender.ts';
import { withProvider } from '../processes/with-provider.ts';
import { MeasuredServer } from '../server/measured-server.ts';
import { BARE, NO_OP, NO_TOKEN } from '../server/modes.ts';
import { wronglySigned, wrongClaims } from '../tokens/bad-tokens.ts';
import { Mint } from '../tokens/mint.ts';
import { type Algorithm, createKeySet } from '../tokens/signing-material.ts';
import { CalledInTurns, cpuInTurns } from './called-in-turns.ts';
import type { Report } from './experiment.ts';
import type { Scale } from './scale.ts';

/** Which servers get which tokens. */
export interface Scenario {
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly modes: readonly string[];
  readonly expected: 'accepted' | 'refused';
  /** Tokens that are sent in turn. */
  readonly tokens: number;
  /** Maximum number of cache entries. */
  readonly cacheEntries: number;
  /** Passed to the servers without a call for each. */
  readonly primed: boolean;
  /** Makes the tokens longer. */
  readonly filling: string;
  token(mint: Mint, number: number): string;
}

const NOT_VERIFYING = new Set([BARE, NO_OP, NO_TOKEN]);

/** Microseconds of server CPU per call, of each mode in the same rounds. */
export function inScenario(
  scenario: Scenario,
  scale: Scale,
  report: Report,
  before?: string,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { algorithm, primed, cacheEntries, filling, modes } = scenario;
  const keys = createKeySet(algorithm);
  const nowSeconds = Math.floor(Date.now() / 1000);
  report('tokens are made');
  const mint = new Mint(keys[0], nowSeconds);
  const tokens = Array.from({ length: scenario.tokens }, (_, number) =>
    scenario.token(mint, number),
  );
  return withProvider(keys, async (origin) => {
    const setting: Setting = { keys, jwksUri: `${origin}/jwks`, cacheEntries, before };
    const servers: MeasuredServer[] = [];
    try {
      for (const mode of modes) {
        report(`${mode} starts`);
        const server = await MeasuredServer.start(mode, setting);
        servers.push(server);
        if (NOT_VERIFYING.has(mode)) continue;
        await prove(server, setting, nowSeconds);
        if (primed) await server.prime({ setting, nowSeconds, tokens: tokens.length, filling });
      }
      const called = servers.map((server) => {
        const expected = NOT_VERIFYING.has(server.mode) ? 'accepted' : scenario.expected;
        return new CalledInTurns(server, tokens, expected);
      });
      // Primed tokens are known; any other token is sent once before it is timed.
      const wholeWarmUp = primed ? scale.wholeWarmUp : Math.max(scale.wholeWarmUp, tokens.length);
      const samples = await cpuInTurns(called, { ...scale, wholeWarmUp }, report);
      return new Map(modes.map((mode, index) => [mode, samples[index]!]));
    } finally {
      for (const server of servers) server.stop();
    }
  });
}

/** Over the wire: a server that accepts a bad token is not timed. */
async function prove(server: MeasuredServer, { keys }: Setting, nowSeconds: number): Promise<void> {
  const good = keys.map((key) => new Mint(key, nowSeconds).token(0));
  const bad = [...wronglySigned(keys, nowSeconds), ...wrongClaims(keys, nowSeconds)];
  await server.call(good.length, (index) => good[index], 'accepted');
  for (const { fault, token } of bad) {
    try {
      await server.call(1, () => token, 'refused');
    } catch (error) {
      throw new Error(`a token with ${fault}: ${(error as Error).message}`, { cause: error });
    }
  }
}
