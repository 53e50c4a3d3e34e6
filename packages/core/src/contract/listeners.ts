import { notify } from './notify.ts';

/** The listeners of one event source. If one throws, the others still receive the event. */
export class Listeners<E> {
  readonly #listeners = new Set<(event: E) => void>();

  /** Returns a function that unsubscribes. */
  subscribe(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(event: E): void {
    for (const listener of this.#listeners) notify(listener, event);
  }
}
