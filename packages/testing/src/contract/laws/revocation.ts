import assert from 'node:assert/strict';
import { accepts } from '../ask.ts';
import type { CreateInstance, Law, LawInstance } from '../law.ts';

export const REVOCATION_LAWS: readonly Law[] = [
  {
    name: 'refuses a token that it accepted, once it is revoked',
    having: 'revokes',
    async holds(create) {
      const revoked = await revoke(create);
      if (revoked === undefined) return;
      const { authenticator, token, tokens } = revoked;
      assert.ok(tokens.includes(token), 'bad() did not revoke what good() gave');
      assert.ok(!(await accepts(authenticator, token)), 'the revoked token was accepted');
    },
  },
  {
    name: 'stays with a token that it accepted, as it does not declare that it sees revocations',
    lacking: 'revokes',
    async holds(create) {
      const revoked = await revoke(create);
      if (revoked === undefined) return;
      const { authenticator, token, tokens } = revoked;
      assert.ok(!tokens.includes(token), 'bad() calls a token of good() bad; declare "revokes"');
      assert.ok(await accepts(authenticator, token), 'declare "revokes"');
    },
  },
];

interface Revoked {
  readonly authenticator: LawInstance['authenticator'];
  readonly token: string;
  readonly tokens: readonly string[];
}

/** Has a token accepted, and then asks for bad ones; undefined where it was not accepted. */
async function revoke(create: CreateInstance): Promise<Revoked | undefined> {
  const { authenticator, good, bad } = await create();
  const token = await good();
  if (!(await accepts(authenticator, token))) return undefined;
  return { authenticator, token, tokens: await bad() };
}
