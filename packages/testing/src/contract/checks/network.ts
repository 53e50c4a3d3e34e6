import assert from 'node:assert/strict';
import { ResourceWatch } from '../../watch/resources.ts';
import { accepts, ask, formatAnswer } from '../ask.ts';
import type { CreateInstance, ContractCheck } from '../check.ts';

export const NETWORK_CHECKS: readonly ContractCheck[] = [
  {
    name: 'accepts no token if its provider was never reachable',
    having: 'network',
    async run(create) {
      const { authenticator, good, outage } = await create();
      assert.ok(outage !== undefined, 'the subject has no outage(), which "network" needs');
      const token = await good();
      await outage();
      assert.ok(!(await accepts(authenticator, token)), 'it needs no provider; remove "network"');
    },
  },
  {
    name: 'reports an outage as unavailable, never as a refusal',
    having: 'network',
    async run(create) {
      for (const warm of [false, true]) {
        const { authenticator, good, outage } = await create();
        const token = await good();
        if (warm && !(await accepts(authenticator, token))) return;
        await outage?.();
        const answer = await ask(authenticator, token);
        if (answer.kind !== 'refused' || answer.error.code === 'unavailable') continue;
        if (await isGood(create)) assert.fail(`an outage was reported as ${formatAnswer(answer)}`);
      }
    },
  },
  {
    name: 'accepts no bad token during an outage',
    having: 'network',
    async run(create) {
      const known = await create();
      const refusedBefore: boolean[] = [];
      for (const token of await known.bad()) {
        refusedBefore.push(!(await accepts(known.authenticator, token)));
      }
      const { authenticator, bad, outage } = await create();
      const tokens = await bad();
      await outage?.();
      const accepted = await Promise.all(tokens.map((token) => accepts(authenticator, token)));
      const acceptedIndex = accepted.findIndex(
        (isAccepted, index) => isAccepted && refusedBefore[index] === true,
      );
      assert.equal(acceptedIndex, -1, `bad token ${acceptedIndex} was accepted`);
    },
  },
  {
    name: 'opens no connection, because it does not declare a network',
    lacking: 'network',
    async run(create) {
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

/** True if a good token is accepted without an outage. */
async function isGood(create: CreateInstance): Promise<boolean> {
  const { authenticator, good } = await create();
  return accepts(authenticator, await good());
}
