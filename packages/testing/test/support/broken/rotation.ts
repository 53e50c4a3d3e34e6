import type { AuthenticatorEvent, Verdict } from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { principalOf, REFUSED } from '../table.ts';

type Listener = (event: AuthenticatorEvent) => void;
type Notify = (listeners: readonly Listener[], event: AuthenticatorEvent) => void;
type Subscribe = (listeners: Listener[], listener: Listener) => () => void;

interface Faults {
  readonly neverFetches?: boolean;
  readonly keepsOldKeys?: boolean;
  readonly notify?: Notify;
  readonly subscribe?: Subscribe;
}

function subscribeOnce(listeners: Listener[], listener: Listener): () => void {
  listeners.push(listener);
  return () => {
    const index = listeners.indexOf(listener);
    if (index >= 0) listeners.splice(index, 1);
  };
}

/** Each good token has new keys, which it fetches when it sees such a token. */
export function rotating({
  neverFetches,
  keepsOldKeys,
  notify = notifyAll,
  subscribe = subscribeOnce,
}: Faults = {}) {
  return () => {
    const listeners: Listener[] = [];
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
        subscribe: (listener: Listener) => subscribe(listeners, listener),
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
    breaks: 'notifies nobody after the unsubscription',
    by: 'a function to unsubscribe that does nothing',
    capabilities: ['rotates'],
    build: rotating({
      subscribe(listeners, listener) {
        listeners.push(listener);
        return () => undefined;
      },
    }),
  },
  {
    breaks: 'notifies the other subscribers after an unsubscription',
    by: 'removing all listeners',
    capabilities: ['rotates'],
    build: rotating({
      subscribe(listeners, listener) {
        listeners.push(listener);
        return () => listeners.splice(0);
      },
    }),
  },
  {
    breaks: 'notifies the other subscribers after an unsubscription',
    by: 'removing the last listener when it unsubscribes again',
    capabilities: ['rotates'],
    build: rotating({
      subscribe(listeners, listener) {
        listeners.push(listener);
        return () => listeners.splice(listeners.indexOf(listener), 1);
      },
    }),
  },
  {
    breaks: 'keeps accepting earlier tokens, because it does not declare that keys rotate',
    by: 'rotating',
    build: rotating(),
  },
];
