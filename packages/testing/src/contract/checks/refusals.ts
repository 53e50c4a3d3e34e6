import { ask, accepts, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { alterationsOf, JUNK } from '../tokens.ts';
import { assertThat } from '../expected.ts';

export const REFUSAL_CHECKS: readonly ContractCheck[] = [
  {
    name: 'refuses each bad token',
    async run(create) {
      const { authenticator, bad } = await create();
      const tokens = await bad();
      assertThat(
        tokens.length > 0,
        'tokens from bad()',
        'none',
        'Return at least one token that must be refused.',
      );
      for (const [index, token] of tokens.entries()) {
        assertThat(
          !(await accepts(authenticator, token)),
          `bad()[${index}] to be refused`,
          'accepted',
          'Check what makes this token bad.',
        );
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
        assertThat(
          !ownFault,
          `bad()[${index}] to be refused because of the token`,
          formatAnswer(answer),
          'Use "unavailable" for outages of a provider alone, because a client tries again.',
        );
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
        assertThat(
          refused,
          `${what} to be refused because of the token`,
          formatAnswer(answer),
          'Return an AuthError for every text.',
        );
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
        assertThat(
          !(await accepts(authenticator, altered)),
          `a good token with ${what} to be refused`,
          'accepted',
          'Compare or verify the whole token.',
        );
      }
    },
  },
];
