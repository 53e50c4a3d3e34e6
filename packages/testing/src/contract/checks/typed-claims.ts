import assert from 'node:assert/strict';
import { ask } from '../ask.ts';
import type { CreateInstance, ContractCheck } from '../check.ts';

export const TYPED_CLAIMS_CHECKS: readonly ContractCheck[] = [
  {
    name: 'refuses claims that its schema rejects',
    having: 'typed_claims',
    async run(create) {
      assert.ok(await refusesClaims(create), 'no bad token was refused for the reason "claim"');
    },
  },
  {
    name: 'refuses no token for its claims, because it does not declare a schema',
    lacking: 'typed_claims',
    async run(create) {
      assert.ok(!(await refusesClaims(create)), 'declare "typed_claims"');
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
