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

/** Registers the tests: `describe` and `it` from vitest or node:test. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** One authenticator and its provider, created for each check. */
export interface SubjectInstance {
  readonly authenticator: Authenticator<object>;
  /** Returns a token that is good from now on. With `rotates`, each call replaces the keys. */
  good(): Promise<string>;
  /** Returns tokens that are refused. With `revokes`, it revokes the tokens that `good` returned and includes them. */
  bad(): Promise<readonly string[]>;
  /** Makes the provider unreachable from now on. Required with `network`. */
  outage?(): Promise<void>;
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
