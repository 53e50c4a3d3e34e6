import { ask } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import type { CreateInstance } from '../instance.ts';
import { assertThat } from '../expected.ts';

export const TYPED_CLAIMS_CHECKS: readonly ContractCheck[] = [
  {
    name: 'refuses claims that its schema rejects',
    having: 'typed_claims',
    async run(create) {
      assertThat(
        await refusesClaims(create),
        'the reason "claim" for a token of bad()',
        'other reasons',
        'Include a token in bad() whose claims the schema rejects, or remove "typed_claims".',
      );
    },
  },
  {
    name: 'refuses no token for its claims, because it does not declare a schema',
    lacking: 'typed_claims',
    async run(create) {
      assertThat(
        !(await refusesClaims(create)),
        'no token of bad() to be refused for the reason "claim"',
        'one',
        'Declare "typed_claims".',
      );
    },
  },
];

async function refusesClaims(create: CreateInstance): Promise<boolean> {
  const { authenticator, bad } = await create();
  let refused = false;
  for (const token of await bad()) {
    const answer = await ask(authenticator, token);
    refused ||= answer.kind === 'refused' && answer.error.reason === 'claim';
  }
  return refused;
}
