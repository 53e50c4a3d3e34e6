import assert from 'node:assert/strict';
import type { AuthenticationContext } from '@grpc-authn/core/authenticator';
import { accepts, ask, contextWith, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';

export const VERDICT_CHECKS: readonly ContractCheck[] = [
  {
    name: 'accepts a good token',
    async run(create) {
      const { authenticator, good } = await create();
      const answer = await ask(authenticator, await good());
      assert.ok(answer.kind !== 'refused', `a good token was refused: ${formatAnswer(answer)}`);
    },
  },
  {
    name: 'returns only a principal from createPrincipal or an AuthError',
    async run(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        const answer = await ask(authenticator, token);
        assert.ok(answer.kind !== 'invalid', formatAnswer(answer));
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
      assert.fail(
        `with getters in the context: ${formatAnswer(answer)}; do not spread the context`,
      );
    },
  },
  {
    name: 'becomes ready when its provider is available',
    async run(create) {
      const { authenticator } = await create();
      await assert.doesNotReject(async () => authenticator.ready?.(), 'ready() rejected');
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
