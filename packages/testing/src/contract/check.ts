import type { Authenticator } from '@grpc-authn/core/authenticator';
import type { Outages } from './outages.ts';
import type { Capability, OutageKind } from './subject.ts';

/** An instance of the subject whose functions need no `this`. It can be closed several times. */
export interface CheckInstance {
  readonly authenticator: Authenticator<object>;
  readonly good: () => Promise<string>;
  readonly bad: () => Promise<readonly string[]>;
  readonly outage: ((kind: OutageKind) => Promise<void>) | undefined;
  readonly close: () => Promise<void>;
}

/** Creates another instance of the subject. All instances are closed when the check ends. */
export type CreateInstance = () => Promise<CheckInstance>;

/**
 * What the authenticator did in each kind of outage. The first check that needs it observes it, and the others
 * share it, because a provider that hangs takes one time limit. Undefined if the subject has no `outage`.
 */
export type ObserveOutages = () => Promise<Outages | undefined>;

/**
 * One contract check is one test. A check fails only for the fault it names. If another fault prevents the
 * check, such as a good token that is refused, it passes; that fault has its own check.
 */
export interface ContractCheck {
  /** A sentence whose subject is the authenticator. */
  readonly name: string;
  /** For authenticators with this capability. A check with neither `having` nor `lacking` is for all. */
  readonly having?: Capability;
  /** For authenticators without this capability. */
  readonly lacking?: Capability;
  /** @throws AssertionError if the authenticator fails the check. */
  readonly run: (create: CreateInstance, observe: ObserveOutages) => Promise<void>;
}
