import assert from 'node:assert/strict';
import type { AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import { accepts, ask, formatAnswer } from '../ask.ts';
import type { CreateInstance, ContractCheck, CheckInstance } from '../check.ts';
import { eventually } from '../eventually.ts';

export const ROTATION_CHECKS: readonly ContractCheck[] = [
  {
    name: 'accepts a token of new keys after a rotation',
    having: 'rotates',
    async run(create) {
      const { authenticator, good } = await create();
      if (!(await accepts(authenticator, await good()))) return;
      const answer = await ask(authenticator, await good());
      assert.ok(answer.kind !== 'refused', `a token of new keys: ${formatAnswer(answer)}`);
    },
  },
  {
    name: 'refuses an accepted token after its key is removed',
    having: 'rotates',
    async run(create) {
      const rotated = await rotate(create);
      if (rotated === undefined) return;
      const { authenticator, earlier } = rotated;
      assert.ok(!(await accepts(authenticator, earlier)), 'a token of the old keys was accepted');
    },
  },
  {
    name: 'notifies subscribers that keys changed',
    having: 'rotates',
    async run(create) {
      const heard: AuthenticatorEvent[] = [];
      const rotated = await rotate(create, ({ authenticator }) => {
        authenticator.subscribe?.((event) => heard.push(event));
      });
      if (rotated === undefined) return;
      const notified = await eventually(() => heard.some(({ type }) => type === 'keys_changed'));
      assert.ok(notified, 'no subscriber got "keys_changed", so caches would keep old verdicts');
    },
  },
  {
    name: 'notifies every subscriber even if one throws',
    having: 'rotates',
    async run(create) {
      let thrown = 0;
      let heard = 0;
      const rotated = await rotate(create, ({ authenticator }) => {
        authenticator.subscribe?.(() => {
          thrown += 1;
          throw new Error('a faulty subscriber');
        });
        authenticator.subscribe?.(() => {
          heard += 1;
        });
      });
      await eventually(() => heard > 0 || thrown === 0);
      assert.equal(heard, thrown, 'a subscriber that throws kept the event from another');
      const harmed = rotated === undefined && (await rotate(create)) !== undefined;
      assert.ok(!harmed, 'a subscriber that throws changed a verdict');
    },
  },
  {
    name: 'keeps accepting earlier tokens, because it does not declare that keys rotate',
    lacking: 'rotates',
    async run(create) {
      const rotated = await rotate(create);
      if (rotated === undefined) return;
      const { authenticator, earlier } = rotated;
      assert.ok(await accepts(authenticator, earlier), 'declare "rotates"');
    },
  },
];

/** Lets the authenticator accept an earlier token and then a later one. Undefined if it refuses either. */
async function rotate(
  create: CreateInstance,
  prepare?: (instance: CheckInstance) => void,
): Promise<{ authenticator: CheckInstance['authenticator']; earlier: string } | undefined> {
  const instance = await create();
  const { authenticator, good } = instance;
  prepare?.(instance);
  const earlier = await good();
  if (!(await accepts(authenticator, earlier))) return undefined;
  return (await accepts(authenticator, await good())) ? { authenticator, earlier } : undefined;
}
