import { getEventListeners } from 'node:events';
import type { AuthenticationContext } from '../../src/contract/authenticator.ts';

/** One call as a transport shows it to the gate. It counts what is asked of its signal. */
export class CallContext implements AuthenticationContext {
  readonly method: string;
  readonly authority: string;
  readonly peer: { readonly address: string; readonly certificate?: Uint8Array };
  readonly #controller = new AbortController();
  signalReads = 0;

  constructor(peer = '192.0.2.1:50000', method = '/orders.v1.Orders/Get', authority = 'orders') {
    this.peer = { address: peer };
    this.method = method;
    this.authority = authority;
  }

  get signal(): AbortSignal {
    this.signalReads += 1;
    return this.#controller.signal;
  }

  get abortListeners(): number {
    return getEventListeners(this.#controller.signal, 'abort').length;
  }

  cancel(reason?: Error): void {
    this.#controller.abort(reason);
  }
}
