import type {
  AuthenticationContext,
  Authenticator,
  AuthenticatorEvent,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from '@grpc-authn/core/authenticator';
import {
  checksLate,
  declareChildren,
  declareLateCheck,
  declareSnapshot,
} from '@grpc-authn/core/internal';
import type { CallCount } from './call-count.ts';
import type { EventHub } from './event-hub.ts';

/** What one generation's interceptor asks: its own authenticator, in the place of the one that lasts. */
export class StandingRoot implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[];
  readonly issuers: readonly string[];
  readonly #root: Authenticator<object>;
  readonly #hub: EventHub;
  readonly #stops = new Set<() => void>();

  constructor(
    root: Authenticator<object>,
    lasting: Authenticator<object>,
    { calls, hub }: { readonly calls: CallCount; readonly hub: EventHub },
  ) {
    this.#root = root;
    this.#hub = hub;
    this.name = root.name;
    this.schemes = root.schemes ?? ['bearer'];
    this.issuers = root.issuers ?? [];
    declareChildren(this, () => [root]);
    if (checksLate(root)) declareLateCheck(this);
    declareSnapshot(this, { of: lasting, calls });
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    return this.#root.authenticate(credentials, context);
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    const stop = this.#hub.subscribe(listener);
    this.#stops.add(stop);
    return () => {
      this.#stops.delete(stop);
      stop();
    };
  }

  /** Its last call is over: nothing holds it any more. */
  unsubscribeAll(): void {
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await this.#root.ready?.(signal);
  }

  async close(): Promise<void> {
    await this.#root.close?.();
  }
}
