import { ResourceWatch } from '../../watch/resources.ts';
import { ask, accepts, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { eventually, settlesEventually } from '../eventually.ts';
import { assertSucceeds, assertThat } from '../expected.ts';

export const CLOSING_CHECKS: readonly ContractCheck[] = [
  {
    name: 'answers waiting calls when it is closed',
    async run(create) {
      const { authenticator, good } = await create();
      const waiting = ask(authenticator, await good());
      await authenticator.close?.();
      assertThat(
        await settlesEventually(waiting),
        'an answer to a waiting call when it is closed',
        'none',
        'Settle the promises of all waiting calls in close().',
      );
    },
  },
  {
    name: 'answers calls after it was closed, and accepts no bad token then',
    async run(create) {
      const { authenticator, good, bad } = await create();
      const [badToken = ''] = await bad();
      const token = await good();
      const before = await ask(authenticator, token);
      const acceptsBad = await accepts(authenticator, badToken);
      await authenticator.close?.();
      const after = await ask(authenticator, token);
      assertThat(
        after.kind !== 'invalid' || before.kind === 'invalid',
        'a principal or an AuthError after it was closed',
        formatAnswer(after),
        "Return new AuthError('unavailable', 'provider').",
      );
      assertThat(
        acceptsBad || !(await accepts(authenticator, badToken)),
        'a bad token to be refused after it was closed',
        'accepted',
        'Refuse every token that it can no longer verify.',
      );
    },
  },
  {
    name: 'can be closed twice',
    async run(create) {
      const { authenticator, good } = await create();
      await ask(authenticator, await good());
      await authenticator.close?.();
      await assertSucceeds(
        () => authenticator.close?.(),
        'a second close() to succeed',
        'Do nothing if it is already closed.',
      );
    },
  },
  {
    name: 'leaves nothing open after it is closed',
    async run(create) {
      const watch = new ResourceWatch();
      try {
        await watch.run(async () => {
          const { authenticator, good, close } = await create();
          await ask(authenticator, await good());
          await authenticator.close?.();
          await close();
        });
        await eventually(() => watch.open.length === 0);
        assertThat(
          watch.open.length === 0,
          'nothing open after it was closed',
          watch.open.join(', '),
          'Close sockets, servers and watchers, and clear timers, in close().',
        );
      } finally {
        watch.stop();
      }
    },
  },
  {
    name: 'can unsubscribe twice',
    async run(create) {
      const { authenticator } = await create();
      const stop: unknown = authenticator.subscribe?.(() => undefined);
      if (authenticator.subscribe === undefined) return;
      assertThat(
        typeof stop === 'function',
        'subscribe() to return a function',
        `a value of type ${typeof stop}`,
        'Return a function that removes the listener.',
      );
      await assertSucceeds(
        () => {
          stop();
          stop();
        },
        'to unsubscribe twice',
        'Do nothing if the listener is already removed.',
      );
    },
  },
];
