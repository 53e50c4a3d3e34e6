import type { AuthenticationContext } from '../contract/authenticator.ts';

/**
 * One call's authentication, as the authenticator sees it. Hands on what the transport knows, and
 * adds the one thing the transport does not: the time limit. No AbortSignal is made until somebody
 * asks for it.
 */
export class Attempt implements AuthenticationContext {
  readonly #transport: AuthenticationContext;
  #controller: AbortController | undefined;
  #stopListening: (() => void) | undefined;

  constructor(transport: AuthenticationContext) {
    this.#transport = transport;
  }

  get method(): string {
    return this.#transport.method;
  }

  get authority(): string {
    return this.#transport.authority ?? '';
  }

  get peer(): { readonly address: string; readonly certificate?: Uint8Array } {
    return this.#transport.peer ?? UNKNOWN_PEER;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      const outer = this.#transport.signal;
      const abort = (): void => controller.abort(outer.reason);
      if (outer.aborted) abort();
      else {
        outer.addEventListener('abort', abort, { once: true });
        this.#stopListening = () => outer.removeEventListener('abort', abort);
      }
    }
    return this.#controller.signal;
  }

  /** The time limit is over. */
  abort(reason: Error): void {
    this.#controller?.abort(reason);
    this.release();
  }

  /** The decision is made: nothing of this call keeps the transport's signal in hand. */
  release(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}

const UNKNOWN_PEER = Object.freeze({ address: 'unknown' });
