import type { CheckStep } from '../contract/check-step.ts';
import type { Clock } from '../contract/clock.ts';
import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { Policy } from '../policy/checked-policy.ts';

export interface ExplainOptions {
  /** '/pkg.Service/Method'. With `policy`, the rule of the method is applied, too. */
  readonly method?: string;
  readonly policy?: Policy;
  /** Ends the explanation as `unavailable`. */
  readonly signal?: AbortSignal;
  /** Milliseconds the decision may take, 1 to 600,000; default 10,000, as for a guard. */
  readonly timeoutMs?: number;
  /** For the time limit, and for rules under a dry run. Default: the system's clock. */
  readonly clock?: Clock;
}

/** Why credentials are accepted or refused. */
export interface Explanation {
  /** What the guard decides. `would_refuse`: allowed, because the rule is under a dry run. */
  readonly outcome: 'allowed' | 'refused' | 'would_refuse' | 'unavailable' | 'internal';
  /**
   * The checks of each authenticator that took part, in the order of CheckName. A check that needs no key runs
   * even if an earlier one has failed, so that several faults are shown at once; `key` and the later ones are
   * then `not_reached`.
   */
  readonly steps: readonly CheckStep[];
  /** The refusal, or what the rule under a dry run would have refused with. */
  readonly error: AuthError | undefined;
  /** Undefined for a caller who is refused or anonymous, and for a public method. */
  readonly principal: Principal<object> | undefined;
}
