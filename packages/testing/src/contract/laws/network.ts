import assert from 'node:assert/strict';
import { ResourceWatch } from '../../watch/resources.ts';
import { accepts, ask, wordsFor } from '../ask.ts';
import type { CreateInstance, Law } from '../law.ts';

export const NETWORK_LAWS: readonly Law[] = [
  {
    name: 'vouches for nobody while its provider was never within reach',
    having: 'network',
    async holds(create) {
      const { authenticator, good, outage } = await create();
      assert.ok(outage !== undefined, 'give outage(): without it no outage can be seen');
      const token = await good();
      await outage();
      assert.ok(!(await accepts(authenticator, token)), 'it needs no provider; drop "network"');
    },
  },
  {
    name: 'calls an outage unavailable, and never refuses a token for it',
    having: 'network',
    async holds(create) {
      for (const warm of [false, true]) {
        const { authenticator, good, outage } = await create();
        const token = await good();
        if (warm && !(await accepts(authenticator, token))) return;
        await outage?.();
        const answer = await ask(authenticator, token);
        if (answer.kind !== 'refused' || answer.error.code === 'unavailable') continue;
        if (await isGood(create)) assert.fail(`an outage became ${wordsFor(answer)}`);
      }
    },
  },
  {
    name: 'lets no bad token in during an outage',
    having: 'network',
    async holds(create) {
      const known = await create();
      const wellRefused: boolean[] = [];
      for (const token of await known.bad()) {
        wellRefused.push(!(await accepts(known.authenticator, token)));
      }
      const { authenticator, bad, outage } = await create();
      const tokens = await bad();
      await outage?.();
      const accepted = await Promise.all(tokens.map((token) => accepts(authenticator, token)));
      const intruder = accepted.findIndex((isIn, index) => isIn && wellRefused[index] === true);
      assert.equal(intruder, -1, `bad token ${intruder} was accepted`);
    },
  },
  {
    name: 'reaches for nobody, as it does not declare a network',
    lacking: 'network',
    async holds(create) {
      const watch = new ResourceWatch();
      try {
        const { authenticator, good, bad } = await watch.run(() => create());
        const tokens = [...(await bad()), await good()];
        const before = watch.connections;
        await watch.run(async () => {
          for (const token of tokens) await ask(authenticator, token);
        });
        assert.equal(watch.connections, before, 'declare "network"');
      } finally {
        watch.stop();
      }
    },
  },
];

/** True where a good token is accepted while nothing is out of reach. */
async function isGood(create: CreateInstance): Promise<boolean> {
  const { authenticator, good } = await create();
  return accepts(authenticator, await good());
}
