import type { AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import { accepts, ask, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import type { CheckInstance, CreateInstance } from '../instance.ts';
import { eventually } from '../eventually.ts';
import { assertThat } from '../expected.ts';

export const ROTATION_CHECKS: readonly ContractCheck[] = [
  {
    name: 'accepts a token of new keys after a rotation',
    having: 'rotates',
    async run(create) {
      const { authenticator, good } = await create();
      if (!(await accepts(authenticator, await good()))) return;
      const answer = await ask(authenticator, await good());
      assertThat(
        answer.kind !== 'refused',
        'a token of new keys to be accepted',
        formatAnswer(answer),
        'Fetch the keys again for an unknown key.',
      );
    },
  },
  {
    name: 'refuses an accepted token after its key is removed',
    having: 'rotates',
    async run(create) {
      const rotated = await rotate(create);
      if (rotated === undefined) return;
      const { authenticator, earlier } = rotated;
      assertThat(
        !(await accepts(authenticator, earlier)),
        'a token of the old keys to be refused',
        'accepted',
        'Replace all keys when you fetch them, instead of adding the new ones.',
      );
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
      assertThat(
        notified,
        'the event "keys_changed"',
        'none',
        'Notify the subscribers, because caches discard their entries then.',
      );
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
      assertThat(
        heard === thrown,
        `${thrown} events for a subscriber after one that throws`,
        `${heard}`,
        'Catch what a subscriber throws, and continue with the next.',
      );
      const harmed = rotated === undefined && (await rotate(create)) !== undefined;
      assertThat(
        !harmed,
        'the same verdict if a subscriber throws',
        'another',
        'Catch what a subscriber throws.',
      );
    },
  },
  {
    name: 'keeps accepting earlier tokens, because it does not declare that keys rotate',
    lacking: 'rotates',
    async run(create) {
      const rotated = await rotate(create);
      if (rotated === undefined) return;
      const { authenticator, earlier } = rotated;
      assertThat(
        await accepts(authenticator, earlier),
        'an earlier token of good() to stay accepted',
        'refused',
        'Declare "rotates".',
      );
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
