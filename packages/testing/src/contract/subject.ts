import type { Authenticator } from '@grpc-authn/core/authenticator';

/**
 * What an authenticator may be able to do. The README tells what each means and how the kit sees it.
 */
export type Capability =
  | 'expires'
  | 'caches'
  | 'network'
  | 'rotates'
  | 'revokes'
  | 'scopes'
  | 'typed_claims';

/** Where tests are registered: vitest's `describe` and `it` fit, and node:test's. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** One authenticator with all that stands behind it, made anew for each law. */
export interface SubjectInstance {
  readonly authenticator: Authenticator<object>;
  /** A token that is good from now on. With `rotates`, each is of new keys, and the old keys are gone. */
  good(): Promise<string>;
  /** Tokens that are refused. With `revokes`, those that `good` gave so far are taken back, and among them. */
  bad(): Promise<readonly string[]>;
  /** From now on the provider is out of reach. Required with `network`. */
  outage?(): Promise<void>;
  /** Closes the authenticator, which may be closed already, and what stands behind it. */
  close(): Promise<void>;
}

/** What is put to the test. */
export interface AuthenticatorSubject {
  readonly name: string;
  readonly capabilities: readonly Capability[];
  /** Must not ask the authenticator anything: the laws begin with a fresh one. */
  create(): Promise<SubjectInstance>;
}
