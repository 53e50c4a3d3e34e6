import type { AuthenticationContext } from '@grpc-authn/core/authenticator';
import { accepts, ask, contextWith, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { assertSucceeds, assertThat, failCheck } from '../expected.ts';

export const VERDICT_CHECKS: readonly ContractCheck[] = [
  {
    name: 'accepts a good token',
    async run(create) {
      const { authenticator, good } = await create();
      const answer = await ask(authenticator, await good());
      assertThat(
        answer.kind !== 'refused',
        'a good token to be accepted',
        formatAnswer(answer),
        'See what good() returns, and the reason of the refusal.',
      );
    },
  },
  {
    name: 'returns only a principal from createPrincipal or an AuthError',
    async run(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        const answer = await ask(authenticator, token);
        assertThat(
          answer.kind !== 'invalid',
          'a principal from createPrincipal or an AuthError',
          formatAnswer(answer),
          'Anything else ends the call with INTERNAL.',
        );
      }
    },
  },
  {
    name: 'accepts a context whose properties are getters',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const answer = await ask(authenticator, token, new ContextOnDemand());
      if (answer.kind === 'accepted' || !(await accepts(authenticator, token))) return;
      failCheck(
        'a good token to be accepted if the properties of the context are getters',
        formatAnswer(answer),
        'Pass the context on as it is, because a copy by spreading loses getters.',
      );
    },
  },
  {
    name: 'becomes ready when its provider is available',
    async run(create) {
      const { authenticator } = await create();
      await assertSucceeds(() => authenticator.ready?.(), 'ready() to succeed', 'See the cause.');
    },
  },
];

/** Has getters on its prototype, like the gate's context: spreading it loses them. */
class ContextOnDemand implements AuthenticationContext {
  readonly #context = contextWith();

  get method(): string {
    return this.#context.method;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }
}
