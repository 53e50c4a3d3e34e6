import type { AuthenticatorAdapter, IssuerSet } from '../adapter/define-adapter.ts';
import { anyValue } from '../adapter/comparisons.ts';
import type { Path } from '../source/path.ts';

/** An authenticator as the config describes it, so that a reload can compare it with the next one. */
export interface DescribedAuthenticator {
  readonly path: Path;
  readonly name: string;
  /** The file gives it the name; otherwise it is the adapter's. */
  readonly isNamed: boolean;
  readonly adapter: AuthenticatorAdapter;
  /** As the adapter's schema reads them, and `cache`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly issuers: readonly string[];
  /** Of children that are made later, one for each issuer. They are described as one. */
  readonly perIssuer?: IssuerSet;
  /** Of a composition. */
  readonly children: readonly DescribedAuthenticator[];
}

/** One that takes part, and the compositions around it that restrict what it accepts. */
export interface Participant extends DescribedAuthenticator {
  readonly within: readonly string[];
}

/** What decides about callers, and what confirms them. */
export interface Participants {
  readonly root: readonly Participant[];
  readonly confirmations: readonly Participant[];
}

/** The authenticator and all that it is made of. */
export function participantsOf(
  described: DescribedAuthenticator,
  within: readonly string[] = [],
): readonly Participant[] {
  const { adapter, children } = described;
  const inner = restricts(adapter) ? [...within, adapter.name] : within;
  return [{ ...described, within }, ...children.flatMap((child) => participantsOf(child, inner))];
}

/** False for a composition that states that none of its options restricts, such as anyOf. */
function restricts({ strictness }: AuthenticatorAdapter): boolean {
  return strictness === undefined || Object.values(strictness).some((each) => each !== anyValue);
}
