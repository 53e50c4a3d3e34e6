import assert from 'node:assert/strict';
import { ask, accepts, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { alterationsOf, JUNK } from '../tokens.ts';

export const REFUSAL_CHECKS: readonly ContractCheck[] = [
  {
    name: 'refuses each bad token',
    async run(create) {
      const { authenticator, bad } = await create();
      const tokens = await bad();
      assert.ok(tokens.length > 0, 'bad() returned no token');
      for (const [index, token] of tokens.entries()) {
        assert.ok(!(await accepts(authenticator, token)), `bad token ${index} was accepted`);
      }
    },
  },
  {
    name: 'refuses bad tokens neither as unavailable nor as internal',
    async run(create) {
      const { authenticator, bad } = await create();
      for (const [index, token] of (await bad()).entries()) {
        const answer = await ask(authenticator, token);
        if (answer.kind !== 'refused') continue;
        const { code } = answer.error;
        const ownFault = code === 'unavailable' || code === 'internal';
        assert.ok(!ownFault, `bad token ${index}: ${formatAnswer(answer)}`);
      }
    },
  },
  {
    name: 'refuses malformed tokens',
    async run(create) {
      const { authenticator } = await create();
      for (const [what, token] of Object.entries(JUNK)) {
        const answer = await ask(authenticator, token);
        const code = answer.kind === 'refused' ? answer.error.code : undefined;
        const refused = code !== undefined && code !== 'unavailable' && code !== 'internal';
        assert.ok(refused, `${what}: ${formatAnswer(answer)}`);
      }
    },
  },
  {
    name: 'refuses an altered copy of a token that it accepted',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      if (!(await accepts(authenticator, token))) return;
      for (const [what, altered] of Object.entries(alterationsOf(token))) {
        assert.ok(!(await accepts(authenticator, altered)), `accepted with ${what}`);
      }
    },
  },
];
