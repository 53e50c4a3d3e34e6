import type { AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import { ask } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import type { CheckInstance } from '../instance.ts';
import { settle } from '../eventually.ts';
import { failCheck } from '../expected.ts';

export const SUBSCRIPTION_CHECKS: readonly ContractCheck[] = [
  {
    name: 'notifies nobody after the unsubscription',
    async run(create) {
      const instance = await create();
      const { authenticator } = instance;
      const heard: AuthenticatorEvent[] = [];
      const stop: unknown = authenticator.subscribe?.((event) => heard.push(event));
      // Another check fails then.
      if (typeof stop !== 'function') return;
      stop();
      await changeEverything(instance);
      if (heard.length === 0) return;
      failCheck(
        'no event after the unsubscription',
        heard.map(({ type }) => type).join(', '),
        'The function that subscribe() returns must remove the listener.',
      );
    },
  },
  {
    name: 'notifies the other subscribers after an unsubscription',
    async run(create) {
      const [usual, instance] = [await create(), await create()];
      if (usual.authenticator.subscribe === undefined) return;
      const expected = listenTo(usual);
      await changeEverything(usual);
      const received = listenTo(instance);
      const stop: unknown = instance.authenticator.subscribe?.(() => undefined);
      if (typeof stop !== 'function') return;
      stop();
      // Removing a listener that is not in a list must not remove another.
      tryTo(stop as () => void);
      await changeEverything(instance);
      if (expected.length === 0 || received.length > 0) return;
      failCheck(
        `${expected[0]?.type} for a subscriber after another one unsubscribed twice`,
        'no event',
        'The function that subscribe() returns must remove only its own listener.',
      );
    },
  },
];

function listenTo({ authenticator }: CheckInstance): readonly AuthenticatorEvent[] {
  const heard: AuthenticatorEvent[] = [];
  authenticator.subscribe?.((event) => heard.push(event));
  return heard;
}

/** Whatever the subject can change: keys rotate, tokens are revoked. */
async function changeEverything({ authenticator, good, bad }: CheckInstance): Promise<void> {
  await ask(authenticator, await good());
  await ask(authenticator, await good());
  for (const token of await bad()) await ask(authenticator, token);
  await settle();
}

function tryTo(stop: () => void): void {
  try {
    stop();
  } catch {
    // Another check fails then.
  }
}
