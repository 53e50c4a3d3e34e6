import type { AuthenticationContext } from '../contract/authenticator.ts';
import type { TransportCall } from './transport-call.ts';

/**
 * What an authenticator sees of one call. No AbortSignal is created until an authenticator asks for
 * it: a waiting call needs none of its own.
 */
export class GateContext implements AuthenticationContext {
  readonly #call: TransportCall;
  #controller: AbortController | undefined;
  #abortedFor: Error | undefined;
  #onAbort: (() => void) | undefined;
  /** An authenticator was asked about the call. */
  asked = false;

  constructor(call: TransportCall) {
    this.#call = call;
  }

  get method(): string {
    return this.#call.method;
  }

  get authority(): string {
    // undefined if the transport knows none, which the type of an optional getter cannot say.
    return this.#call.authority as string;
  }

  get peer(): { readonly address: string; readonly certificate?: Uint8Array } {
    return this.#call.peer ?? UNKNOWN_PEER;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#abortedFor !== undefined;
  }

  /** At most one: the wait for the verdict. */
  whenAborted(listener: (() => void) | undefined): void {
    this.#onAbort = listener;
  }

  /** The call has ended, its time limit has passed, or there is no place to wait. */
  abort(reason: Error): void {
    if (this.#abortedFor !== undefined) return;
    this.#abortedFor = reason;
    this.#controller?.abort(reason);
    this.#onAbort?.();
  }
}

const UNKNOWN_PEER = Object.freeze({ address: 'unknown' });
