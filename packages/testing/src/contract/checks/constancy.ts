import assert from 'node:assert/strict';
import type { AuthenticationContext } from '@grpc-authn/core/authenticator';
import {
  accepts,
  type Answer,
  ask,
  askWith,
  contextWith,
  credentialsOf,
  formatAnswer,
} from '../ask.ts';
import type { CreateInstance, ContractCheck } from '../check.ts';

export const CONSTANCY_CHECKS: readonly ContractCheck[] = [
  {
    name: 'returns the same verdict for the same token',
    async run(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        const first = await ask(authenticator, token);
        const second = await ask(authenticator, token);
        assert.equal(essenceOf(second), essenceOf(first));
      }
    },
  },
  {
    name: 'decides by the credentials alone, whatever the method and the peer',
    async run(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        const usual = ask(authenticator, token);
        // Concurrent, because fetches for unknown keys may be rate limited.
        const answers = await Promise.all([
          usual,
          ...CIRCUMSTANCES.map((circumstances) =>
            ask(authenticator, token, { ...contextWith(), ...circumstances }),
          ),
        ]);
        const words = new Set(answers.map((answer) => `${answer.kind} ${codeOf(answer)}`));
        assert.equal(
          words.size,
          1,
          `${formatAnswer(await usual)}, but not with another method or peer`,
        );
      }
    },
  },
  {
    name: 'ignores changes to the credentials after the call',
    async run(create) {
      const { authenticator, good, bad } = await create();
      const [badToken = ''] = await bad();
      const goodToken = await good();
      if (!(await distinguishes(create))) return;
      const refused = await askAndSwap(authenticator, badToken, goodToken);
      assert.ok(
        refused.kind !== 'accepted',
        'a bad token that was changed to a good one later was accepted',
      );
      const accepted = await askAndSwap(authenticator, goodToken, badToken);
      assert.ok(
        accepted.kind !== 'refused',
        `a good token that was changed to a bad one later: ${formatAnswer(accepted)}`,
      );
      // It must not cache the verdict under the changed token either.
      assert.ok(!(await accepts(authenticator, badToken)), 'the bad token was cached as good');
    },
  },
];

const CIRCUMSTANCES: readonly Partial<AuthenticationContext>[] = [
  { method: '' },
  { method: '/grpc.health.v1.Health/Check' },
  { method: '/kit.v1.Admin/DeleteAll', authority: 'admin.internal' },
  { peer: { address: '127.0.0.1:50051' } },
  { peer: { address: 'unix:/run/kit.sock', certificate: new Uint8Array([48, 0]) } },
];

/** Uses another instance, because a call may change what is cached. */
async function distinguishes(create: CreateInstance): Promise<boolean> {
  const { authenticator, good, bad } = await create();
  const [badToken = ''] = await bad();
  return (await accepts(authenticator, await good())) && !(await accepts(authenticator, badToken));
}

function askAndSwap(
  authenticator: Parameters<typeof askWith>[0],
  token: string,
  later: string,
): Promise<Answer> {
  const credentials = { ...credentialsOf(authenticator, token) };
  const answer = askWith(authenticator, credentials);
  credentials.token = later;
  return answer;
}

function codeOf(answer: Answer): string {
  return answer.kind === 'refused' ? answer.error.code : '';
}

/** What two verdicts about one token must have in common: everything except the time. */
function essenceOf(answer: Answer): string {
  if (answer.kind !== 'accepted') return formatAnswer(answer);
  const { verifiedAtEpochSeconds: _, ...rest } = answer.principal;
  return JSON.stringify(rest);
}
