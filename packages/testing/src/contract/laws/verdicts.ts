import assert from 'node:assert/strict';
import type { AuthenticationContext } from '@grpc-authn/core/authenticator';
import { accepts, ask, contextWith, wordsFor } from '../ask.ts';
import type { Law } from '../law.ts';

export const VERDICT_LAWS: readonly Law[] = [
  {
    name: 'accepts a good token',
    async holds(create) {
      const { authenticator, good } = await create();
      const answer = await ask(authenticator, await good());
      assert.ok(answer.kind !== 'refused', `a good token was refused: ${wordsFor(answer)}`);
    },
  },
  {
    name: 'answers with a principal of createPrincipal or an AuthError, and with nothing else',
    async holds(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        const answer = await ask(authenticator, token);
        assert.ok(answer.kind !== 'strange', wordsFor(answer));
      }
    },
  },
  {
    name: 'takes a context whose properties are made on demand',
    async holds(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const answer = await ask(authenticator, token, new ContextOnDemand());
      if (answer.kind === 'accepted' || !(await accepts(authenticator, token))) return;
      assert.fail(`with getters in the context: ${wordsFor(answer)}; wrappers never spread it`);
    },
  },
  {
    name: 'is ready when its provider is',
    async holds(create) {
      const { authenticator } = await create();
      await assert.doesNotReject(async () => authenticator.ready?.(), 'ready() rejected');
    },
  },
];

/** As the gate makes them: on the prototype, so that a spread loses them. */
class ContextOnDemand implements AuthenticationContext {
  readonly #context = contextWith();

  get method(): string {
    return this.#context.method;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }
}
