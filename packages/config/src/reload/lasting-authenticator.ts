import type {
  AuthenticationContext,
  AuthenticatorEvent,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from '@grpc-authn/core/authenticator';
import { declareChildren, isPromiseLike } from '@grpc-authn/core/internal';
import type { EventHub } from './event-hub.ts';
import type { Generation } from './generation.ts';

/** Stands through every reload, and asks whoever runs now. */
export class LastingAuthenticator implements ManagedAuthenticator<object> {
  readonly name = 'config';
  readonly #current: () => Generation;
  readonly #hub: EventHub;
  readonly #close: () => Promise<void>;

  constructor(current: () => Generation, hub: EventHub, close: () => Promise<void>) {
    this.#current = current;
    this.#hub = hub;
    this.#close = close;
    declareChildren(this, () => [current().root]);
  }

  get schemes(): readonly string[] {
    return this.#current().root.schemes;
  }

  get issuers(): readonly string[] {
    return this.#current().root.issuers;
  }

  /** Counts as a call of the generation that it asks, which is not closed before it has answered. */
  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const { calls, root } = this.#current();
    calls.begun();
    const over = (): void => {
      calls.decided();
      calls.ended();
    };
    try {
      const verdict = root.authenticate(credentials, context);
      if (isPromiseLike(verdict)) return Promise.resolve(verdict).finally(over);
      over();
      return verdict;
    } catch (error) {
      over();
      throw error;
    }
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
