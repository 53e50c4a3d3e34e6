import assert from 'node:assert/strict';
import type { AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import { accepts, ask, wordsFor } from '../ask.ts';
import type { CreateInstance, Law, LawInstance } from '../law.ts';
import { comesSoon } from '../patience.ts';

export const ROTATION_LAWS: readonly Law[] = [
  {
    name: 'accepts a token of new keys, having seen the old ones',
    having: 'rotates',
    async holds(create) {
      const { authenticator, good } = await create();
      if (!(await accepts(authenticator, await good()))) return;
      const answer = await ask(authenticator, await good());
      assert.ok(answer.kind !== 'refused', `a token of new keys: ${wordsFor(answer)}`);
    },
  },
  {
    name: 'refuses a token of keys that are gone, however well it knew it',
    having: 'rotates',
    async holds(create) {
      const rotated = await rotate(create);
      if (rotated === undefined) return;
      const { authenticator, earlier } = rotated;
      assert.ok(!(await accepts(authenticator, earlier)), 'a token of the old keys was accepted');
    },
  },
  {
    name: 'tells its subscribers that keys changed',
    having: 'rotates',
    async holds(create) {
      const heard: AuthenticatorEvent[] = [];
      const rotated = await rotate(create, ({ authenticator }) => {
        authenticator.subscribe?.((event) => heard.push(event));
      });
      if (rotated === undefined) return;
      const told = await comesSoon(() => heard.some(({ type }) => type === 'keys_changed'));
      assert.ok(told, 'nobody was told "keys_changed", so a cache would go on');
    },
  },
  {
    name: 'tells every subscriber, though one of them throws',
    having: 'rotates',
    async holds(create) {
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
      await comesSoon(() => heard > 0 || thrown === 0);
      assert.equal(heard, thrown, 'one that throws kept the event from another');
      const harmed = rotated === undefined && (await rotate(create)) !== undefined;
      assert.ok(!harmed, 'one that throws cost a caller the verdict');
    },
  },
  {
    name: 'accepts an earlier token beside a later one, as it does not declare that keys rotate',
    lacking: 'rotates',
    async holds(create) {
      const rotated = await rotate(create);
      if (rotated === undefined) return;
      const { authenticator, earlier } = rotated;
      assert.ok(await accepts(authenticator, earlier), 'declare "rotates"');
    },
  },
];

/** Has an earlier token accepted and then a later one; undefined where either is not. */
async function rotate(
  create: CreateInstance,
  prepare?: (instance: LawInstance) => void,
): Promise<{ authenticator: LawInstance['authenticator']; earlier: string } | undefined> {
  const instance = await create();
  const { authenticator, good } = instance;
  prepare?.(instance);
  const earlier = await good();
  if (!(await accepts(authenticator, earlier))) return undefined;
  return (await accepts(authenticator, await good())) ? { authenticator, earlier } : undefined;
}
