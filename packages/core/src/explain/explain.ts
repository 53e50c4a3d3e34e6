import type { Authenticator, Credentials } from '../contract/authenticator.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { Explanation, ExplainOptions } from './explanation.ts';

/**
 * Verifies credentials with the code that serves calls, past every cache, and reports each check: what was
 * expected and received, and the one change that lets it pass. With `method` and `policy`, also the rule.
 * For operators and tests: `steps` contain claim values, so do not send them to callers.
 *
 * `steps` never contain the token, its signature or a secret. Their texts have at most 256 characters, and
 * control characters are escaped.
 *
 * @throws ConfigError (the promise rejects) for a wrong option, an `authenticator` that is none, or a policy that
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
