import { AsyncResource } from 'node:async_hooks';
import {
  AuthError,
  type AuthenticationContext,
  type Authenticator,
  type AuthenticatorEvent,
  type Credentials,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { Listeners } from '@grpc-authn/core/internal';
import { noRoute } from '../routing/route.ts';
import { readUnverified } from '../routing/unverified-issuer.ts';

/**
 * A tenant's authenticator, created when it is first asked. Until then its calls wait for their turn, and a flood
 * of forged issuers must not cost an authenticator each.
 */
export class LateAuthenticator implements Authenticator<object> {
  readonly name: string;
  readonly issuers: readonly string[];
  readonly #create: () => Authenticator<object> | undefined;
  /** Many calls use it, so it is created in no caller's async context. */
  readonly #scope = new AsyncResource('grpc-authn.LateAuthenticator');
  readonly #listeners = new Listeners<AuthenticatorEvent>();
  #inner: Authenticator<object> | undefined;
  #isStarted = false;
  #isClosed = false;

  /** `create` returns undefined if there can be no authenticator of the issuer. */
  constructor(name: string, issuer: string, create: () => Authenticator<object> | undefined) {
    this.name = name;
    this.issuers = [issuer];
    this.#create = create;
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    if (this.#isClosed) return new AuthError('unavailable', 'provider');
    if (!this.#isStarted) this.#scope.runInAsyncScope(() => this.#start());
    if (this.#inner !== undefined) return this.#inner.authenticate(credentials, context);
    const payload = readUnverified(credentials.token)?.payload ?? {};
    return noRoute(payload, Date.now());
  }

  #start(): void {
    this.#inner = this.#create();
    this.#isStarted = true;
    this.#inner?.subscribe?.((event) => this.#listeners.emit(event));
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return this.#listeners.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#inner?.close?.();
  }
}
