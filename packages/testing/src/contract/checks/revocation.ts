import assert from 'node:assert/strict';
import { accepts } from '../ask.ts';
import type { CreateInstance, ContractCheck, CheckInstance } from '../check.ts';

export const REVOCATION_CHECKS: readonly ContractCheck[] = [
  {
    name: 'refuses an accepted token after it is revoked',
    having: 'revokes',
    async run(create) {
      const revoked = await revoke(create);
      if (revoked === undefined) return;
      const { authenticator, token, tokens } = revoked;
      assert.ok(tokens.includes(token), 'bad() did not include the token of good()');
      assert.ok(!(await accepts(authenticator, token)), 'the revoked token was accepted');
    },
  },
  {
    name: 'keeps accepting a token, because it does not declare revocations',
    lacking: 'revokes',
    async run(create) {
      const revoked = await revoke(create);
      if (revoked === undefined) return;
      const { authenticator, token, tokens } = revoked;
      assert.ok(!tokens.includes(token), 'bad() includes a token of good(); declare "revokes"');
      assert.ok(await accepts(authenticator, token), 'declare "revokes"');
    },
  },
];

interface Revoked {
  readonly authenticator: CheckInstance['authenticator'];
  readonly token: string;
  readonly tokens: readonly string[];
}

/** Lets the authenticator accept a token, then calls bad(). Undefined if it refused the token. */
async function revoke(create: CreateInstance): Promise<Revoked | undefined> {
  const { authenticator, good, bad } = await create();
  const token = await good();
  if (!(await accepts(authenticator, token))) return undefined;
  return { authenticator, token, tokens: await bad() };
}
