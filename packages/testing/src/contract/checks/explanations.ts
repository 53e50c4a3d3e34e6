import type { Authenticator, CheckStep } from '@grpc-authn/core/authenticator';
import { CHECK_NAMES } from '@grpc-authn/core/internal';
import { type Answer, ask, contextWith, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { assertThat } from '../expected.ts';
import type { CreateInstance } from '../instance.ts';
import { alterationsOf, JUNK, segmentsOf } from '../tokens.ts';

/** What explain() shows of an authenticator that reports its checks. One that reports none passes. */
export const EXPLANATION_CHECKS: readonly ContractCheck[] = [
  {
    name: 'returns the same verdict when it is explained',
    async run(create) {
      await explainAll(create, async ({ authenticator, token, answer }) => {
        const usual = await ask(authenticator, token);
        assertThat(
          formatAnswer(answer) === formatAnswer(usual),
          `${formatAnswer(usual)} with and without context.trace`,
          formatAnswer(answer),
          'Let context.trace decide only about what is reported.',
        );
      });
    },
  },
  {
    name: 'reports a failed check if, and only if, it refuses the token',
    async run(create) {
      await explainAll(create, async ({ answer, steps }) => {
        // What other authenticators report says why they do not decide.
        const own = steps.filter(
          ({ authenticator }) =>
            answer.kind !== 'accepted' || authenticator === answer.principal.authenticator,
        );
        if (own.length === 0) return;
        const failed = own.filter(({ result }) => result === 'failed').map(({ check }) => check);
        assertThat(
          failed.length > 0 === (answer.kind === 'refused'),
          answer.kind === 'refused' ? 'a failed check' : 'no failed check',
          failed.join(', ') || 'none',
          'Report the result of the check that decides.',
        );
      });
    },
  },
  {
    name: 'reports its checks in order, each once',
    async run(create) {
      await explainAll(create, async ({ steps }) => {
        const last = new Map<string, number>();
        for (const { authenticator, check } of steps) {
          const place = CHECK_NAMES.indexOf(check);
          const before = last.get(authenticator) ?? -1;
          assertThat(
            place > before,
            `a check after ${CHECK_NAMES[before] ?? 'none'}, in the order of CheckName`,
            check,
            'Report each check once, in the order of CheckName.',
          );
          last.set(authenticator, place);
        }
      });
    },
  },
  {
    name: 'reports no part of a token',
    async run(create) {
      await explainAll(create, async ({ token, steps }) => {
        const shown = JSON.stringify(steps);
        const seen = segmentsOf(token).some((segment) => shown.includes(segment));
        assertThat(
          !seen,
          'steps without the token and its segments',
          'a step that shows one',
          'Report claim values at most, never the token, its signature or a secret.',
        );
      });
    },
  },
];

interface Explained {
  readonly authenticator: Authenticator<object>;
  readonly token: string;
  readonly answer: Answer;
  readonly steps: readonly CheckStep[];
}

/** Calls the authenticator with every kind of token, as explain() does, and without what explain() makes safe. */
async function explainAll(
  create: CreateInstance,
  inspect: (explained: Explained) => Promise<void>,
): Promise<void> {
  const { authenticator, good, bad } = await create();
  const rejected = await bad();
  const token = await good();
  const others = [...Object.values(alterationsOf(token)), ...Object.values(JUNK)];
  for (const asked of [...rejected, token, ...others]) {
    const steps: CheckStep[] = [];
    const trace = (step: CheckStep): void => void steps.push(step);
    const answer = await ask(authenticator, asked, { ...contextWith(), trace });
    await inspect({ authenticator, token: asked, answer, steps });
  }
}
