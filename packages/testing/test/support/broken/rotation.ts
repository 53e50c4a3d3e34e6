import type { AuthenticatorEvent, Verdict } from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { principalOf, REFUSED } from '../table.ts';

type Tell = (
  listeners: ReadonlySet<(event: AuthenticatorEvent) => void>,
  event: AuthenticatorEvent,
) => void;

interface Faults {
  readonly neverLearns?: boolean;
  readonly forgetsNothing?: boolean;
  readonly tell?: Tell;
}

/** Each good token is of new keys, which it learns as it meets them. */
export function rotating({ neverLearns, forgetsNothing, tell = tellAll }: Faults = {}) {
  return () => {
    const listeners = new Set<(event: AuthenticatorEvent) => void>();
    let published = '';
    let known = '';
    const all = new Set<string>();
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict {
          if (known === '' || (token === published && neverLearns !== true)) {
            const changed = known !== '' && known !== published;
            known = published;
            if (changed) tell(listeners, { type: 'keys_changed' });
          }
          const good =
            (known !== '' && token === known) || (forgetsNothing === true && all.has(token));
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

const tellAll: Tell = (listeners, event) => {
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
    breaks: 'accepts a token of new keys, having seen the old ones',
    by: 'never learning of new keys',
    capabilities: ['rotates'],
    build: rotating({ neverLearns: true }),
  },
  {
    breaks: 'refuses a token of keys that are gone, however well it knew it',
    by: 'forgetting no key',
    capabilities: ['rotates'],
    build: rotating({ forgetsNothing: true }),
  },
  {
    breaks: 'tells its subscribers that keys changed',
    by: 'telling nobody',
    capabilities: ['rotates'],
    build: rotating({ tell: () => undefined }),
  },
  {
    breaks: 'tells every subscriber, though one of them throws',
    by: 'stopping at the first that throws',
    capabilities: ['rotates'],
    build: rotating({
      tell(listeners, event) {
        try {
          for (const listener of listeners) listener(event);
        } catch {
          // And the others never hear of it.
        }
      },
    }),
  },
  {
    breaks: 'tells every subscriber, though one of them throws',
    by: 'throwing at a caller what a subscriber threw',
    capabilities: ['rotates'],
    build: rotating({
      tell(listeners, event) {
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
    breaks: 'accepts an earlier token beside a later one, as it does not declare that keys rotate',
    by: 'rotating',
    build: rotating(),
  },
];
