import type { Authenticator } from '@grpc-authn/core/authenticator';
import type { Capability } from './subject.ts';

/** An instance of the subject, whose functions need no `this`, and which may be closed many times. */
export interface LawInstance {
  readonly authenticator: Authenticator<object>;
  readonly good: () => Promise<string>;
  readonly bad: () => Promise<readonly string[]>;
  readonly outage: (() => Promise<void>) | undefined;
  readonly close: () => Promise<void>;
}

/** Makes another instance of the subject; all are closed when the law's test is over. */
export type CreateInstance = () => Promise<LawInstance>;

/**
 * One law, one test. A law speaks only of its own matter: where something else is wrong on its way,
 * such as a good token that is refused, it holds, and the law about that tells.
 */
export interface Law {
  /** A sentence whose subject is the authenticator. */
  readonly name: string;
  /** For those that have the capability; without both, for all. */
  readonly having?: Capability;
  /** For those that do not have it. */
  readonly lacking?: Capability;
  /** @throws AssertionError where it is broken. */
  readonly holds: (create: CreateInstance) => Promise<void>;
}
