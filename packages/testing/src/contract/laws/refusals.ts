import assert from 'node:assert/strict';
import { ask, accepts, wordsFor } from '../ask.ts';
import type { Law } from '../law.ts';
import { alterationsOf, JUNK } from '../tokens.ts';

export const REFUSAL_LAWS: readonly Law[] = [
  {
    name: 'refuses each bad token',
    async holds(create) {
      const { authenticator, bad } = await create();
      const tokens = await bad();
      assert.ok(tokens.length > 0, 'bad() gave no token, so no refusal was seen');
      for (const [index, token] of tokens.entries()) {
        assert.ok(!(await accepts(authenticator, token)), `bad token ${index} was accepted`);
      }
    },
  },
  {
    name: 'refuses a bad token for what it is: not as an outage, nor as a bug of its own',
    async holds(create) {
      const { authenticator, bad } = await create();
      for (const [index, token] of (await bad()).entries()) {
        const answer = await ask(authenticator, token);
        if (answer.kind !== 'refused') continue;
        const { code } = answer.error;
        const own = code === 'unavailable' || code === 'internal';
        assert.ok(!own, `bad token ${index}: ${wordsFor(answer)}`);
      }
    },
  },
  {
    name: 'refuses what is no token at all',
    async holds(create) {
      const { authenticator } = await create();
      for (const [what, token] of Object.entries(JUNK)) {
        const answer = await ask(authenticator, token);
        const code = answer.kind === 'refused' ? answer.error.code : undefined;
        const well = code !== undefined && code !== 'unavailable' && code !== 'internal';
        assert.ok(well, `${what}: ${wordsFor(answer)}`);
      }
    },
  },
  {
    name: 'refuses a good token with anything altered, however well it knows the good one',
    async holds(create) {
      const { authenticator, good } = await create();
      const token = await good();
      if (!(await accepts(authenticator, token))) return;
      for (const [what, altered] of Object.entries(alterationsOf(token))) {
        assert.ok(!(await accepts(authenticator, altered)), `accepted with ${what}`);
      }
    },
  },
];
