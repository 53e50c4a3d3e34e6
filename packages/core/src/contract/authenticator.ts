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
 * The circumstances of one call. Its properties are getters, evaluated on demand: a wrapper passes the
 * same object on and never spreads it.
 */
export interface AuthenticationContext {
  /** '/pkg.Service/Method', for logs. A verdict depends on the credentials alone. */
  readonly method: string;
  /** Aborted when the call is cancelled, its deadline passes or its time limit is over. */
  readonly signal: AbortSignal;
  readonly authority?: string;
  readonly peer?: { readonly address: string; readonly certificate?: Uint8Array };
}

export type Verdict<C extends object = JsonObject> = Principal<C> | AuthError;

/**
 * What the checks at start-up must know about an authenticator. A hand-written wrapper copies the
 * traits of the authenticator that it wraps, or names it in `children`.
 *
 * @example { name: inner.name, traits: inner.traits, authenticate: (...call) => inner.authenticate(...call) }
 */
export interface AuthenticatorTraits {
  /** The authenticators it asks: those of a composition, a cache or a wrapper. */
  readonly children?: readonly Authenticator<object>[];
  /** It may answer from a cache: `cached` and `confirmedBy` refuse it. Default false. */
  readonly caches?: boolean;
  /** It accepts tokens that are not JWTs. Default: whether it has no `issuers`. */
  readonly opaqueTokens?: boolean;
  /** It does not check the audience, so each rule must ask for scopes. Default false. */
  readonly anyAudience?: boolean;
}

/** Decides whether credentials are good, and whose they are. */
export interface Authenticator<C extends object = JsonObject> {
  readonly name: string;
  /** The schemes it accepts; default ['bearer']. Credentials of other schemes are refused before it is asked. */
  readonly schemes?: readonly string[];
  /** The issuers it answers for, if it knows them. */
  readonly issuers?: readonly string[];
  /** No two authenticators share one object, except a wrapper with the authenticator that it wraps. */
  readonly traits?: AuthenticatorTraits;
  /**
   * Returns an AuthError to refuse. A thrown AuthError means the same; anything else thrown is a bug,
   * and the caller gets INTERNAL.
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

/** What our factories return: every optional member is present. */
export type ManagedAuthenticator<C extends object = JsonObject> = Required<Authenticator<C>>;

export type ClaimsOf<A> = A extends Authenticator<infer C> ? C : never;

export type AuthenticatorEvent =
  /** A key was removed or changed: caches drop their verdicts. */
  | { readonly type: 'keys_changed' }
  /** Caches drop the verdicts that match, and the open calls of their principals end. */
  | { readonly type: 'revoked'; matches(principal: Principal<object>): boolean };
