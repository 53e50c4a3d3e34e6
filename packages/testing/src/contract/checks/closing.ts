import assert from 'node:assert/strict';
import { ResourceWatch } from '../../watch/resources.ts';
import { ask, accepts, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { eventually, settlesEventually } from '../eventually.ts';

export const CLOSING_CHECKS: readonly ContractCheck[] = [
  {
    name: 'answers waiting calls when it is closed',
    async run(create) {
      const { authenticator, good } = await create();
      const waiting = ask(authenticator, await good());
      await authenticator.close?.();
      assert.ok(
        await settlesEventually(waiting),
        'a waiting call got no answer when it was closed',
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
      assert.ok(after.kind !== 'invalid' || before.kind === 'invalid', formatAnswer(after));
      assert.ok(
        acceptsBad || !(await accepts(authenticator, badToken)),
        'a bad token was accepted',
      );
    },
  },
  {
    name: 'can be closed twice',
    async run(create) {
      const { authenticator, good } = await create();
      await ask(authenticator, await good());
      await authenticator.close?.();
      await assert.doesNotReject(async () => authenticator.close?.(), 'the second close() failed');
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
        assert.deepEqual(watch.open, []);
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
      assert.equal(typeof stop, 'function', 'subscribe() returned no function');
      assert.doesNotThrow(() => {
        (stop as () => void)();
        (stop as () => void)();
      });
    },
  },
];
