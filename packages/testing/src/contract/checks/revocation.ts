import { accepts } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import type { CheckInstance, CreateInstance } from '../instance.ts';
import { assertThat } from '../expected.ts';

export const REVOCATION_CHECKS: readonly ContractCheck[] = [
  {
    name: 'refuses an accepted token after it is revoked',
    having: 'revokes',
    async run(create) {
      const revoked = await revoke(create);
      if (revoked === undefined) return;
      const { authenticator, token, tokens } = revoked;
      assertThat(
        tokens.includes(token),
        'bad() to revoke the tokens of good() and return them',
        'others',
        'If it notices no revocation, remove "revokes".',
      );
      assertThat(
        !(await accepts(authenticator, token)),
        'a revoked token to be refused in the next call',
        'accepted',
        'If a cache stores it, remove "revokes".',
      );
    },
  },
  {
    name: 'keeps accepting a token, because it does not declare revocations',
    lacking: 'revokes',
    async run(create) {
      const revoked = await revoke(create);
      if (revoked === undefined) return;
      const { authenticator, token, tokens } = revoked;
      assertThat(
        !tokens.includes(token),
        'no token of good() in bad()',
        'one',
        'Declare "revokes".',
      );
      assertThat(
        await accepts(authenticator, token),
        'an accepted token to stay accepted after bad()',
        'refused',
        'Declare "revokes".',
      );
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
