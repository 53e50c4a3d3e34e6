import assert from 'node:assert/strict';
import { ResourceWatch } from '../../watch/resources.ts';
import { ask, accepts, wordsFor } from '../ask.ts';
import type { Law } from '../law.ts';
import { comesSoon, settlesSoon } from '../patience.ts';

export const CLOSING_LAWS: readonly Law[] = [
  {
    name: 'leaves nobody waiting as it is closed',
    async holds(create) {
      const { authenticator, good } = await create();
      const waiting = ask(authenticator, await good());
      await authenticator.close?.();
      assert.ok(await settlesSoon(waiting), 'who was waiting as it was closed got no answer');
    },
  },
  {
    name: 'answers who comes after it was closed, and lets no bad token in then',
    async holds(create) {
      const { authenticator, good, bad } = await create();
      const [badToken = ''] = await bad();
      const token = await good();
      const before = await ask(authenticator, token);
      const letsIn = await accepts(authenticator, badToken);
      await authenticator.close?.();
      const after = await ask(authenticator, token);
      assert.ok(after.kind !== 'strange' || before.kind === 'strange', wordsFor(after));
      assert.ok(letsIn || !(await accepts(authenticator, badToken)), 'a bad token was accepted');
    },
  },
  {
    name: 'may be closed twice',
    async holds(create) {
      const { authenticator, good } = await create();
      await ask(authenticator, await good());
      await authenticator.close?.();
      await assert.doesNotReject(async () => authenticator.close?.(), 'the second close() failed');
    },
  },
  {
    name: 'leaves nothing open once it is closed',
    async holds(create) {
      const watch = new ResourceWatch();
      try {
        await watch.run(async () => {
          const { authenticator, good, close } = await create();
          await ask(authenticator, await good());
          await authenticator.close?.();
          await close();
        });
        await comesSoon(() => watch.open.length === 0);
        assert.deepEqual(watch.open, []);
      } finally {
        watch.stop();
      }
    },
  },
  {
    name: 'takes back a subscription as often as it is told to',
    async holds(create) {
      const { authenticator } = await create();
      const stop: unknown = authenticator.subscribe?.(() => undefined);
      if (authenticator.subscribe === undefined) return;
      assert.equal(typeof stop, 'function', 'subscribe() gave nothing to stop it by');
      assert.doesNotThrow(() => {
        (stop as () => void)();
        (stop as () => void)();
      });
    },
  },
];
