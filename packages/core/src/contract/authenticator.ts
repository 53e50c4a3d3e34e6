import type { AuthError } from '../errors/auth-error.ts';
import type { JsonObject } from './json.ts';
import type { Principal } from './principal.ts';

/** What the caller sent. */
export interface Credentials {
  /** Lower case: 'bearer' today; 'dpop', 'api-key' and others later. */
  readonly scheme: string;
  readonly token: string;
  readonly proof?: string;
}

/**
 * The circumstances of one call. Its properties are getters, made on demand: a wrapper hands the
 * same object on and never spreads it.
 */
export interface AuthenticationContext {
  /** '/pkg.Service/Method', for logs. A verdict depends on the credentials alone. */
  readonly method: string;
  /** Aborted when the call is cancelled, its deadline passes or `timeoutMs` is over. */
  readonly signal: AbortSignal;
  readonly authority?: string;
  readonly peer?: { readonly address: string; readonly certificate?: Uint8Array };
}

export type Verdict<C extends object = JsonObject> = Principal<C> | AuthError;

/** Decides whether credentials are good, and for whom. */
export interface Authenticator<C extends object = JsonObject> {
  readonly name: string;
  /** What it understands; absent means ['bearer']. Others are refused before it is asked. */
  readonly schemes?: readonly string[];
  /** The issuers it answers for, where it knows them. */
  readonly issuers?: readonly string[];
  /**
   * A refusal is a returned AuthError. A thrown AuthError means the same; anything else thrown is a
   * bug and reaches the caller as INTERNAL.
   */
  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<C> | Promise<Verdict<C>>;
  subscribe?(listener: (event: AuthenticatorEvent) => void): () => void;
  /** Resolves when it can answer without a first fetch. */
  ready?(signal?: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}

/** What our factories return: every optional member is there. */
export type ManagedAuthenticator<C extends object = JsonObject> = Required<Authenticator<C>>;

export type ClaimsOf<A> = A extends Authenticator<infer C> ? C : never;

export type AuthenticatorEvent =
  /** A key was removed or altered: forget verdicts. */
  | { readonly type: 'keys_changed' }
  /** Forget the verdicts that match, and end the open calls of their principals. */
  | { readonly type: 'revoked'; matches(principal: Principal<object>): boolean };
