import assert from 'node:assert/strict';
import type { AuthenticationContext } from '@grpc-authn/core/authenticator';
import {
  accepts,
  type Answer,
  ask,
  askWith,
  contextWith,
  credentialsOf,
  wordsFor,
} from '../ask.ts';
import type { CreateInstance, Law } from '../law.ts';

export const CONSTANCY_LAWS: readonly Law[] = [
  {
    name: 'agrees with itself when it is asked about a token again',
    async holds(create) {
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
    async holds(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        const usual = ask(authenticator, token);
        // All at once: a look-up that is made for a stranger's key may be rationed.
        const answers = await Promise.all([
          usual,
          ...CIRCUMSTANCES.map((circumstances) =>
            ask(authenticator, token, { ...contextWith(), ...circumstances }),
          ),
        ]);
        const words = new Set(answers.map((answer) => `${answer.kind} ${codeOf(answer)}`));
        assert.equal(words.size, 1, `here ${wordsFor(await usual)}, elsewhere not`);
      }
    },
  },
  {
    name: 'is deaf to what becomes of the credentials once it was asked',
    async holds(create) {
      const { authenticator, good, bad } = await create();
      const [badToken = ''] = await bad();
      const goodToken = await good();
      if (!(await tellsApart(create))) return;
      const refused = await askAndSwap(authenticator, badToken, goodToken);
      assert.ok(refused.kind !== 'accepted', 'a bad token was accepted that was made good later');
      const accepted = await askAndSwap(authenticator, goodToken, badToken);
      assert.ok(accepted.kind !== 'refused', `a good token made bad later: ${wordsFor(accepted)}`);
      // Nor may it remember the one as the other; that the good one was not, is seen above.
      assert.ok(!(await accepts(authenticator, badToken)), 'the bad token was remembered as good');
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

/** Asked on another instance, since asking may change what is remembered. */
async function tellsApart(create: CreateInstance): Promise<boolean> {
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

/** All that two verdicts about one token must have in common: everything but when they were made. */
function essenceOf(answer: Answer): string {
  if (answer.kind !== 'accepted') return wordsFor(answer);
  const { verifiedAtEpochSeconds: _, ...rest } = answer.principal;
  return JSON.stringify(rest);
}
