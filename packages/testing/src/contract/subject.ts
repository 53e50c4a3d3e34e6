import type { Authenticator } from '@grpc-authn/core/authenticator';

/** What an authenticator can do. The README explains each and how it is tested. */
export type Capability =
  | 'expires'
  | 'caches'
  | 'network'
  | 'rotates'
  | 'revokes'
  | 'scopes'
  | 'typed_claims';

/**
 * How a provider fails. `unreachable`: no connection, or one that breaks. `http500`: each answer has status 500.
 * `hanging`: it accepts requests and never answers. `garbage`: 200 with HTML. `endless`: an answer that does not
 * end. `redirect`: 307 to another origin, where everything is answered as if nothing was wrong.
 */
export type OutageKind = 'unreachable' | 'http500' | 'hanging' | 'garbage' | 'endless' | 'redirect';

/** Registers the tests: `describe` and `it` from vitest, node:test or jest. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  readonly it: {
    (name: string, body: () => Promise<void>): unknown;
    /** Shows which checks do not apply. Without it, they are shown as an empty test. */
    skip?(name: string, body: () => Promise<void>): unknown;
  };
}

/** One authenticator and its provider, created for each check. */
export interface SubjectInstance {
  readonly authenticator: Authenticator<object>;
  /** Returns a token that is good from now on. With `rotates`, each call replaces the keys. */
  good(): Promise<string>;
  /** Returns tokens that are refused. With `revokes`, it revokes the tokens that `good` returned and includes them. */
  bad(): Promise<readonly string[]>;
  /**
   * Makes the provider fail in this way from now on. Required with `network`. A subject over
   * `startTestIssuer` passes the kind on: `outage: async (kind) => issuer.fail(kind)`.
   */
  outage?(kind: OutageKind): Promise<void>;
  /** Closes the authenticator, which may already be closed, and its provider. */
  close(): Promise<void>;
}

/** The authenticator to test. */
export interface AuthenticatorSubject {
  readonly name: string;
  readonly capabilities: readonly Capability[];
  /** Must not call the authenticator: each check starts with an unused one. */
  create(): Promise<SubjectInstance>;
}
