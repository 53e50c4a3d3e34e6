import type { AuthenticationContext } from '../../src/contract/authenticator.ts';

/** One call as an authenticator sees it. */
export class CallContext implements AuthenticationContext {
  readonly method: string;
  readonly authority: string;
  readonly peer: { readonly address: string; readonly certificate?: Uint8Array };
  readonly #controller = new AbortController();
  readonly #cancelled: (() => void)[] = [];

  constructor(peer = '192.0.2.1:50000', method = '/orders.v1.Orders/Get', authority = 'orders') {
    this.peer = { address: peer };
    this.method = method;
    this.authority = authority;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  whenCancelled(then: () => void): void {
    this.#cancelled.push(then);
  }

  cancel(reason?: Error): void {
    this.#controller.abort(reason);
    for (const then of this.#cancelled) then();
  }
}
