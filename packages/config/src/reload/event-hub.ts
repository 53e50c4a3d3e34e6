import type { AuthenticatorEvent } from '@grpc-authn/core/authenticator';

type Listener = (event: AuthenticatorEvent) => void;

/**
 * Carries events to whoever listens: those of the authenticator that runs, and the revocations that a
 * reload brings. Calls of every generation hear them, so that a stream outlives its authenticator and
 * is ended by the next.
 */
export class EventHub {
  readonly #listeners = new Set<Listener>();

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(event: AuthenticatorEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // One listener's fault keeps the event from no other.
      }
    }
  }
}
