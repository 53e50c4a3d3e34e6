import { reportDryRuns } from '../gate/report-dry-runs.ts';
import { Guard } from './guard.ts';
import { type BindingOptions, readGuardOptions } from './guard-options.ts';
import type { CallGuard } from './call-guard.ts';

/**
 * The whole of authentication for one server, without a transport: decision, lifetime of streams,
 * revocation and records. A binding reads a header, calls begin(), ends the call with a refusal, and
 * calls finish() when the call has ended.
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
