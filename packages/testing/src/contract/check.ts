import type { CreateInstance } from './instance.ts';
import type { Outages } from './outages.ts';
import type { Capability } from './subject.ts';

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
