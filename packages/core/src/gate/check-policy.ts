import type { Authenticator } from '../contract/authenticator.ts';
import { acceptsAnyAudience } from '../contract/composition.ts';
import { ConfigError } from '../errors/config-error.ts';
import { describeValue, wrongOption } from '../errors/option-checks.ts';
import { asksForScopes } from '../policy/implies.ts';
import { type Policy, rulesOf } from '../policy/checked-policy.ts';
import { effectiveRule, ruleNode } from '../policy/rule.ts';

/**
 * Returns the policy if it fits the authenticator: one that accepts tokens of any audience needs rules that
 * ask for scopes on every method.
 *
 * @throws ConfigError
 */
export function checkPolicy(
  policy: Policy | undefined,
  authenticator: Authenticator<object>,
): Policy | undefined {
  if (policy !== undefined && typeof (policy as Policy | null)?.ruleFor !== 'function') {
    throw wrongOption('policy', describeValue(policy), 'a policy of definePolicy()');
  }
  if (!acceptsAnyAudience(authenticator)) return policy;
  const rules = rulesOf(policy);
  if (rules === undefined) {
    throw new ConfigError(
      `"${authenticator.name}" accepts tokens of any audience (audience: 'any'); expected a policy of ` +
        'definePolicy() whose rules ask for scopes, received none',
    );
  }
  const open = rules.filter(({ method, rule }) => !asksForScopes(ruleNode(rule, method)));
  if (open.length === 0) return policy;
  throw new ConfigError(
    `"${authenticator.name}" accepts tokens of any audience (audience: 'any'), so every rule must ask ` +
      `for scopes; these do not: ${open.map(({ method }) => method).join(', ')}`,
  );
}

/** A process warning for each rule under a dry run, at each start and reload: it must not be forgotten. */
export function reportDryRuns(policy: Policy | undefined): void {
  for (const { method, rule } of rulesOf(policy) ?? []) {
    if (effectiveRule(rule, method).kind !== 'dry_run') continue;
    process.emitWarning(`${method}: ${rule.description}`, { code: 'GRPC_AUTHN_DRY_RUN' });
  }
}
