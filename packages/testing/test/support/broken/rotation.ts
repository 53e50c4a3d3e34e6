import type { AuthenticatorEvent, Verdict } from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { principalOf, REFUSED } from '../table.ts';

type Notify = (
  listeners: ReadonlySet<(event: AuthenticatorEvent) => void>,
  event: AuthenticatorEvent,
) => void;

interface Faults {
  readonly neverFetches?: boolean;
  readonly keepsOldKeys?: boolean;
  readonly notify?: Notify;
}

/** Each good token has new keys, which it fetches when it sees such a token. */
export function rotating({ neverFetches, keepsOldKeys, notify = notifyAll }: Faults = {}) {
  return () => {
    const listeners = new Set<(event: AuthenticatorEvent) => void>();
    let published = '';
    let known = '';
    const all = new Set<string>();
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict {
          if (known === '' || (token === published && neverFetches !== true)) {
            const changed = known !== '' && known !== published;
            known = published;
            if (changed) notify(listeners, { type: 'keys_changed' });
          }
          const good =
            (known !== '' && token === known) || (keepsOldKeys === true && all.has(token));
          return good ? principalOf() : REFUSED();
        },
        subscribe(listener: (event: AuthenticatorEvent) => void) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      async good(): Promise<string> {
        published = `good-canary-${crypto.randomUUID()}`;
        all.add(published);
        return published;
      },
    };
  };
}

const notifyAll: Notify = (listeners, event) => {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch {
      // A faulty subscriber.
    }
  }
};

export const ROTATION_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'accepts a token of new keys after a rotation',
    by: 'never fetching new keys',
    capabilities: ['rotates'],
    build: rotating({ neverFetches: true }),
  },
  {
    breaks: 'refuses an accepted token after its key is removed',
    by: 'forgetting no key',
    capabilities: ['rotates'],
    build: rotating({ keepsOldKeys: true }),
  },
  {
    breaks: 'notifies subscribers that keys changed',
    by: 'notifying no subscriber',
    capabilities: ['rotates'],
    build: rotating({ notify: () => undefined }),
  },
  {
    breaks: 'notifies every subscriber even if one throws',
    by: 'stopping at the first that throws',
    capabilities: ['rotates'],
    build: rotating({
      notify(listeners, event) {
        try {
          for (const listener of listeners) listener(event);
        } catch {
          // And the others never hear of it.
        }
      },
    }),
  },
  {
    breaks: 'notifies every subscriber even if one throws',
    by: 'throwing at a caller what a subscriber threw',
    capabilities: ['rotates'],
    build: rotating({
      notify(listeners, event) {
        let fault: unknown;
        for (const listener of listeners) {
          try {
            listener(event);
          } catch (error) {
            fault = error;
          }
        }
        if (fault !== undefined) throw fault;
      },
    }),
  },
  {
    breaks: 'keeps accepting earlier tokens, because it does not declare that keys rotate',
    by: 'rotating',
    build: rotating(),
  },
];
