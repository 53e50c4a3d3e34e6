import type { Authenticator, Credentials } from '../contract/authenticator.ts';
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
  /** For the time limit of 10 s, and for rules under a dry run. Default: the system's clock. */
  readonly clock?: Clock;
}

/** Why credentials are accepted or refused. */
export interface Explanation {
  /** What the guard decides. `would_refuse`: allowed, because the rule is under a dry run. */
  readonly outcome: 'allowed' | 'refused' | 'would_refuse' | 'unavailable' | 'internal';
  /**
   * Each check of each authenticator that took part, in its order. A check that needs no key runs even if an
   * earlier one has failed, so that several faults are shown at once; the later ones are then `not_reached`.
   */
  readonly steps: readonly CheckStep[];
  /** The refusal, or what the rule under a dry run would have refused with. */
  readonly error: AuthError | undefined;
  /** Undefined for a caller who is refused or anonymous, and for a public method. */
  readonly principal: Principal<object> | undefined;
}

/**
 * Verifies credentials with the code that serves calls, past every cache, and reports each check: what was
 * expected and received, and the one change that lets it pass. With `method` and `policy`, also the rule.
 * For operators and tests: `steps` contain claim values, so do not send them to callers.
 *
 * Never contains the token, its signature or a secret. Texts are at most 256 characters long, and control
 * characters are escaped.
 *
 * @throws ConfigError (the promise rejects) for a wrong option, an authenticator that is none, or a policy that
 * does not fit it.
 * @example
 * const { outcome, steps } = await explain(authenticator, { scheme: 'bearer', token }, { method, policy });
 * for (const { check, result, expected, received, hint } of steps) {
 *   console.log(result, check, { expected, received, hint });
 * }
 */
export async function explain(
  authenticator: Authenticator<object>,
  credentials: Credentials | AuthError | undefined,
  options: ExplainOptions = {},
): Promise<Explanation> {
  // Loaded on demand: a server that serves calls does not need it.
  const { explainCall } = await import('./explain-call.ts');
  return explainCall(authenticator, credentials, options);
}
