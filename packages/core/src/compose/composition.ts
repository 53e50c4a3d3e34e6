import type {
  Authenticator,
  AuthenticatorEvent,
  AuthenticatorTraits,
} from '../contract/authenticator.ts';
import { allOf, subscribeToAll } from './children.ts';

/** An authenticator made of others. Its events, `ready` and `close` are those of all its children. */
export abstract class Composition {
  abstract readonly traits: AuthenticatorTraits & {
    readonly children: readonly Authenticator<object>[];
  };

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return subscribeToAll(this.traits.children, listener);
  }

  ready(signal?: AbortSignal): Promise<void> {
    return allOf(this.traits.children, 'ready', (child) => child.ready?.(signal));
  }

  close(): Promise<void> {
    return allOf(this.traits.children, 'close', (child) => child.close?.());
  }
}
