import type { AuthError } from '../errors/auth-error.ts';
import type { CheckStep } from './check-step.ts';
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
  /** Aborted when the call is cancelled, or its deadline or time limit passes. */
  readonly signal: AbortSignal;
  readonly authority?: string;
  readonly peer?: { readonly address: string; readonly certificate?: Uint8Array };
  /**
   * Set only by explain(). Where it is set, an authenticator reports each of its checks, goes on after a failure
   * with the checks that need no key, and answers from no cache. The verdict does not depend on it.
   */
  readonly trace?: (step: CheckStep) => void;
}

export type Verdict<C extends object = JsonObject> = Principal<C> | AuthError;

/**
 * What the checks at start-up must know about an authenticator. A hand-written wrapper copies the
 * traits of the authenticator that it wraps, or names it in `children`.
 *
 * @example { name: inner.name, traits: inner.traits, authenticate: (...call) => inner.authenticate(...call) }
 */
export interface AuthenticatorTraits {
  /** The authenticators that this one asks: those of a composition, a cache or a wrapper. */
  readonly children?: readonly Authenticator<object>[];
  /** The authenticator may answer from a cache: `cached` and `confirmedBy` refuse it. Default false. */
  readonly caches?: boolean;
  /** The authenticator accepts tokens that are not JWTs. Default: true without `issuers`, else false. */
  readonly opaqueTokens?: boolean;
  /** The authenticator does not check the audience, so each rule must require scopes. Default false. */
  readonly anyAudience?: boolean;
}

/** Decides whether credentials are good, and whose they are. */
export interface Authenticator<C extends object = JsonObject> {
  readonly name: string;
  /** The accepted schemes; default ['bearer']. Credentials of other schemes never reach the authenticator. */
  readonly schemes?: readonly string[];
  /** The issuers whose tokens the authenticator verifies. Absent if it does not know them in advance. */
  readonly issuers?: readonly string[];
  /** Only a wrapper may have the same object as another authenticator: the one that it wraps. */
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
  /** Resolves when the authenticator has fetched what it needs to verify a token. */
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
