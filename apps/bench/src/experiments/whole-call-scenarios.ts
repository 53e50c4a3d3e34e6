import { REMEMBERING, VERIFYING } from '../contenders/all.ts';
import { jose, joseWithMap } from '../contenders/jose.ts';
import { jwksRsa } from '../contenders/jsonwebtoken.ts';
import { OURS, OURS_CACHED } from '../contenders/names.ts';
import { expressOauth2JwtBearer } from '../contenders/peers.ts';
import { NO_OP, NO_TOKEN } from '../server/modes.ts';
import { ALGORITHMS } from '../tokens/signing-material.ts';
import type { Scale } from './scale.ts';
import { isPartial, type Scope } from './scope.ts';
import type { Scenario } from './whole-call-scenario.ts';

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

/** The extras are peers that are never the cheapest, and a call without a token. */
export function wholeCallScenarios(
  { warmTokens, quick }: Scale,
  scope: Scope,
): readonly Scenario[] {
  const extras = scope.extras || quick || isPartial(scope);
  const names = REMEMBERING.map(({ name }) => name);
  const warm = warmTokens.map((count): Scenario => {
    const primed = count > MOST_SHOWN_BY_CALLS;
    return {
      name: `warm, ${count.toLocaleString('en')} token${count === 1 ? '' : 's'}`,
      // A hundred thousand RSA signatures take minutes to create, and warm tokens are not verified again.
      algorithm: primed ? 'HS256' : 'RS256',
      modes: primed ? names : extras ? [NO_OP, NO_TOKEN, ...names] : [NO_OP, ...names],
      expected: 'accepted',
      tokens: count,
      cacheEntries: Math.max(10_000, 4 * count),
      primed,
      filling: primed ? FILLING : '',
      token: (mint, number) => mint.token(number, primed ? FILLING : ''),
    };
  });
  const cold = ALGORITHMS.map((algorithm): Scenario => {
    const modes = VERIFYING.filter(
      (one) => one !== expressOauth2JwtBearer && one.algorithms.includes(algorithm),
    );
    const more =
      algorithm === 'RS256' && extras
        ? [OURS_CACHED, expressOauth2JwtBearer.name, jwksRsa.name]
        : [];
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
  const refusals = [
    refused('refused, expired', (mint, number) => mint.expired(number)),
    refused('refused, wrong signature', (mint, number) => mint.forged(number)),
  ];
  const all = [...warm, ...cold, ...refusals];
  if (!quick) return all;
  const shown = new Set([warm[0]?.name, 'cold, RS256', 'refused, expired']);
  return all
    .filter(({ name }) => shown.has(name))
    .map((scenario) => ({
      ...scenario,
      modes: scenario.modes.filter((mode) => QUICK_MODES.has(mode)),
    }));
}
