import type { Authenticator, AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import type { Cacheable } from './issuer-cache.ts';
import { Discovery } from './discovery-turns.ts';

/** An authenticator that `trust` returned. It is closed when neither an issuer nor a pending call refers to it. */
export class TrustedRoute implements Cacheable {
  readonly authenticator: Authenticator<object>;
  readonly discovery: Discovery = new Discovery();
  hasVerified = false;
  readonly #onClose: (route: TrustedRoute) => void;
  readonly #unsubscribe: (() => void) | undefined;
  #references = 0;
  #closed: Promise<void> | undefined;

  constructor(
    authenticator: Authenticator<object>,
    on: {
      readonly event: (event: AuthenticatorEvent) => void;
      readonly close: (route: TrustedRoute) => void;
    },
  ) {
    this.authenticator = authenticator;
    this.#onClose = on.close;
    this.#unsubscribe = authenticator.subscribe?.(on.event);
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  retain(): void {
    this.#references += 1;
  }

  release(): void {
    this.#references -= 1;
    // Nobody waits for it, and its failure ends no call.
    if (this.#references === 0) this.close().catch(() => undefined);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#unsubscribe?.();
    this.#onClose(this);
    await this.authenticator.close?.();
  }
}
