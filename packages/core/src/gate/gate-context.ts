import type { AuthenticationContext } from '../contract/authenticator.ts';

/**
 * One call's authentication, as the authenticator sees it. Hands on what the transport knows, and
 * adds the one thing the transport does not: the time limit. No AbortSignal is made until somebody
 * asks for it.
 */
export class GateContext implements AuthenticationContext {
  readonly #transport: AuthenticationContext;
  #controller: AbortController | undefined;
  #stopListening: (() => void) | undefined;
  #abortedFor: Error | undefined;
  #released = false;

  constructor(transport: AuthenticationContext) {
    this.#transport = transport;
  }

  get method(): string {
    return this.#transport.method;
  }

  get authority(): string {
    // Undefined where the transport knows none, which the type of an optional getter cannot say.
    return this.#transport.authority as string;
  }

  get peer(): { readonly address: string; readonly certificate?: Uint8Array } {
    return this.#transport.peer ?? UNKNOWN_PEER;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
      else if (!this.#released) this.#followTransport(this.#controller);
    }
    return this.#controller.signal;
  }

  /** The time limit is over, or there is no place to wait. */
  abort(reason: Error): void {
    this.#abortedFor = reason;
    this.#controller?.abort(reason);
    this.release();
  }

  /** The decision is made: nothing of this call keeps the transport's signal in hand. */
  release(): void {
    this.#released = true;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #followTransport(controller: AbortController): void {
    const outer = this.#transport.signal;
    const abort = (): void => controller.abort(outer.reason);
    if (outer.aborted) return abort();
    outer.addEventListener('abort', abort);
    this.#stopListening = () => outer.removeEventListener('abort', abort);
  }
}

const UNKNOWN_PEER = Object.freeze({ address: 'unknown' });
