import type {
  AuthenticationContext,
  AuthenticatorEvent,
  AuthenticatorTraits,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from '@grpc-authn/core/authenticator';
import type { EventHub } from './event-hub.ts';
import type { Generation } from './generation.ts';

/** The authenticator of every generation: it asks the current one. */
export class ReloadableAuthenticator implements ManagedAuthenticator<object> {
  readonly name = 'config';
  readonly traits: AuthenticatorTraits;
  readonly #current: () => Generation;
  readonly #hub: EventHub;
  readonly #close: () => Promise<void>;

  constructor(current: () => Generation, hub: EventHub, close: () => Promise<void>) {
    this.#current = current;
    this.#hub = hub;
    this.#close = close;
    this.traits = Object.freeze({
      get children() {
        return [current().root];
      },
    });
  }

  get schemes(): readonly string[] {
    return this.#current().schemes;
  }

  get issuers(): readonly string[] {
    return this.#current().root.issuers ?? [];
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    return this.#current().authenticate(credentials, context);
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return this.#hub.subscribe(listener);
  }

  async ready(signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.#current().ready(signal);
  }

  close(): Promise<void> {
    return this.#close();
  }
}
