import { type Policy, rulesOf } from '../policy/checked-policy.ts';
import { effectiveRule } from '../policy/rule.ts';

/** A process warning for each rule under a dry run, at each start and reload: it must not be forgotten. */
export function reportDryRuns(policy: Policy | undefined): void {
  for (const { method, rule } of rulesOf(policy) ?? []) {
    if (effectiveRule(rule, method).kind !== 'dry_run') continue;
    process.emitWarning(`${method}: ${rule.description}`, { code: 'GRPC_AUTHN_DRY_RUN' });
  }
}
