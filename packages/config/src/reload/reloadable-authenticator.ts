import type {
  AuthenticationContext,
  AuthenticatorEvent,
  AuthenticatorTraits,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from '@grpc-authn/core/authenticator';
import { addKnownTokens, knowsToken, type Listeners } from '@grpc-authn/core/internal';
import type { Generation } from './generation.ts';

/** The authenticator of every generation: it asks the current one. */
export class ReloadableAuthenticator implements ManagedAuthenticator<object> {
  readonly name = 'config';
  readonly traits: AuthenticatorTraits;
  readonly #current: () => Generation;
  readonly #listeners: Listeners<AuthenticatorEvent>;
  readonly #close: () => Promise<void>;
  constructor(
    current: () => Generation,
    listeners: Listeners<AuthenticatorEvent>,
    close: () => Promise<void>,
  ) {
    this.#current = current;
    this.#listeners = listeners;
    this.#close = close;
    addKnownTokens(this, (token) => knowsToken(current().root, token));
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
    return this.#listeners.subscribe(listener);
  }

  async ready(signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.#current().ready(signal);
  }

  close(): Promise<void> {
    return this.#close();
  }
}
