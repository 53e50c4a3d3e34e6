import { REMEMBERING, VERIFYING } from '../contenders/all.ts';
import { OURS, OURS_CACHED } from '../contenders/names.ts';
import { jose, joseWithMap, jwksRsa } from '../contenders/peers.ts';
import { NO_OP, NO_TOKEN } from '../server/modes.ts';
import type { Mint } from '../tokens/mint.ts';
import { type Algorithm, ALGORITHMS } from '../tokens/signing-material.ts';
import type { Scale } from './scale.ts';

/** Above this number, servers get the tokens without a call for each. */
const MOST_SHOWN_BY_CALLS = 2000;
/** Each one starts a process. */
const QUICK_MODES = new Set([OURS, OURS_CACHED, joseWithMap.name, jose.name]);
const REFUSED_TOKENS = 64;
/** More than a cache of `COLD_ENTRIES` stores, so that a token is cold again at its next turn. */
const COLD_TOKENS = 2048;
const COLD_ENTRIES = 64;
/** Creates an HS256 token as long as an RS256 one, plus or minus a byte. */
const FILLING = '-'.repeat(224);

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

export function wholeCallScenarios({ warmTokens, quick }: Scale): readonly Scenario[] {
  const names = REMEMBERING.map(({ name }) => name);
  const warm = warmTokens.map((count): Scenario => {
    const primed = count > MOST_SHOWN_BY_CALLS;
    return {
      name: `warm, ${count.toLocaleString('en')} token${count === 1 ? '' : 's'}`,
      // A hundred thousand RSA signatures take minutes to create, and warm tokens are not verified again.
      algorithm: primed ? 'HS256' : 'RS256',
      modes: primed ? names : [NO_TOKEN, NO_OP, ...names],
      expected: 'accepted',
      tokens: count,
      cacheEntries: Math.max(10_000, 4 * count),
      primed,
      filling: primed ? FILLING : '',
      token: (mint, number) => mint.token(number, primed ? FILLING : ''),
    };
  });
  const cold = ALGORITHMS.map((algorithm): Scenario => {
    const modes = VERIFYING.filter(({ algorithms }) => algorithms.includes(algorithm));
    const more = algorithm === 'RS256' ? [OURS_CACHED, jwksRsa.name] : [];
    return {
      name: `cold, ${algorithm}`,
      algorithm,
      modes: [...modes.map(({ name }) => name), ...more],
      expected: 'accepted',
      tokens: quick ? 2 * COLD_ENTRIES : COLD_TOKENS,
      cacheEntries: COLD_ENTRIES,
      primed: false,
      filling: '',
      token: (mint, number) => mint.token(number),
    };
  });
  const refused = (name: string, token: Scenario['token']): Scenario => ({
    name,
    algorithm: 'RS256',
    modes: VERIFYING.map((contender) => contender.name),
    expected: 'refused',
    tokens: REFUSED_TOKENS,
    cacheEntries: COLD_ENTRIES,
    primed: false,
    filling: '',
    token,
  });
  const all = [
    ...warm,
    ...cold,
    refused('refused, expired', (mint, number) => mint.expired(number)),
    refused('refused, wrong signature', (mint, number) => mint.forged(number)),
  ];
  if (!quick) return all;
  const shown = new Set([warm[0]?.name, 'cold, RS256', 'refused, expired']);
  return all
    .filter(({ name }) => shown.has(name))
    .map((scenario) => ({
      ...scenario,
      modes: scenario.modes.filter((mode) => QUICK_MODES.has(mode)),
    }));
}
