import { isDeepStrictEqual } from 'node:util';
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
import type { ContractCheck } from '../check.ts';
import type { CreateInstance } from '../instance.ts';
import { assertThat } from '../expected.ts';

export const CONSTANCY_CHECKS: readonly ContractCheck[] = [
  {
    name: 'returns the same verdict for the same token',
    async run(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        const first = await ask(authenticator, token);
        const second = await ask(authenticator, token);
        const changed = changesBetween(first, second);
        assertThat(
          changed.length === 0,
          'the same verdict for the same token',
          `another ${changed.join(', ')}`,
          'Decide by the token alone.',
        );
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
        assertThat(
          words.size === 1,
          `${formatAnswer(await usual)} for any method and any peer`,
          [...words].join(', '),
          'Use context for nothing except its signal: a result may be cached for another call.',
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
      assertThat(
        refused.kind !== 'accepted',
        'a bad token to be refused, although it is changed to a good one later',
        'accepted',
        ADVICE,
      );
      const accepted = await askAndSwap(authenticator, goodToken, badToken);
      assertThat(
        accepted.kind !== 'refused',
        'a good token to be accepted, although it is changed to a bad one later',
        formatAnswer(accepted),
        ADVICE,
      );
      // It must not cache the verdict under the changed token either.
      assertThat(
        !(await accepts(authenticator, badToken)),
        'a bad token to be refused after the change',
        'accepted',
        ADVICE,
      );
    },
  },
];

const ADVICE = 'Read credentials.token once, before the first await.';

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

/** What differs between two verdicts about one token, except the time. Contains no claim. */
function changesBetween(first: Answer, second: Answer): readonly string[] {
  if (first.kind !== 'accepted' || second.kind !== 'accepted') {
    return formatAnswer(first) === formatAnswer(second) ? [] : [formatAnswer(second)];
  }
  const members = new Set([...Object.keys(first.principal), ...Object.keys(second.principal)]);
  members.delete('verifiedAtEpochSeconds');
  const valueOf = ({ principal }: { readonly principal: object }, member: string): unknown =>
    Object.entries(principal).find(([name]) => name === member)?.[1];
  return [...members].filter(
    (member) => !isDeepStrictEqual(valueOf(first, member), valueOf(second, member)),
  );
}
