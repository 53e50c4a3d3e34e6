import { reportDryRuns } from '../gate/check-policy.ts';
import { Guard } from './guard.ts';
import { type BindingOptions, readGuardOptions } from './guard-options.ts';
import type { CallGuard } from './call-guard.ts';

/**
 * Creates a guard, which authenticates the calls of one server for any transport. The guard decides calls,
 * ends streams with their tokens, ends calls whose tokens are revoked, and records decisions. A binding
 * reads a header, calls begin(), ends a refused call, and calls finish() when a call has ended.
 *
 * Rules under a dry run are reported by a process warning.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * const guard = createCallGuard({ authenticator, policy });
 * const outcome = await guard.begin({
 *   method: '/orders.v1.Orders/Get',
 *   streaming: false,
 *   credentials: guard.credentialsFrom((name) => headers.get(name)),
 *   end: (refusal) => abort(refusal),
 * });
 */
export function createCallGuard(options: BindingOptions): CallGuard {
  const guard = new Guard(readGuardOptions(options));
  reportDryRuns(options.policy);
  return guard;
}
